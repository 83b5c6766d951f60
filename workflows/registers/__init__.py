"""The department's registers, one file each; the processes write into them and ask them."""

from workflows.registers.directions import DIRECTIONS_OF_YEAR

REGISTERS = (DIRECTIONS_OF_YEAR,)
