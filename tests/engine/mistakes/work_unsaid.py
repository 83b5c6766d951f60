"""A state waits for somebody, and neither it nor a main step of hers says what she is to do."""

from engine.mistakes.small import CLERK, HEAD, SOON, small

process, draft, done = small()
review = process.state("review", "Рассматривается", due=SOON, waits_for=HEAD)  # <- work_unsaid
named = process.state("named", "Ждёт", due=SOON, waits_for=HEAD, work="Рассмотреть")
process.move("send", "Отправить", draft, review, by=CLERK, past="Сделано")
process.move("show", "Показать", draft, named, by=CLERK, past="Сделано")
process.move("accept", "Принять", [review, named], done, by=HEAD, past="Сделано")
process.move("refuse", "Отказать", [review, named], done, by=HEAD, past="Сделано")

processes = [process]
