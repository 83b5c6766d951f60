"""What happens with a case: acting, answering, deadlines, undoing."""
