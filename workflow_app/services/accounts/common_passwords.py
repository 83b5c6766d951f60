"""Passwords that thousands choose, and a person's own words, in whatever disguise they come.

1. A password is read as it was typed, and as its keys stand in the other layout («gfhjkm» is
   «пароль»), each spelt in Latin letters, so that «natasha» and «наташа» are one word.
2. Of each reading digits and marks are taken off both ends («пароль2025!»), and a repeated piece
   is read once.
3. What is left is looked for among 30,000 leaked passwords (`zxcvbn`, MIT) and the Russian words
   below, which that list lacks.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from workflow_app.engine.refusals import Refusal

COMMON = Refusal(
    "password_common",
    "Такой пароль подбирают одним из первых: это частое слово, пусть и с цифрами на конце "
    "или в другой раскладке. Возьмите несколько слов, которые не стоят рядом.",
    "password",
)
OWN = Refusal(
    "password_own",
    "Пароль составлен из вашего имени, почты или школы. "
    "Возьмите несколько слов, которые не стоят рядом.",
    "password",
)
LONGEST_LOOKED_AT = 100
"""A longer text is in no list."""
LONGEST_TAIL = 8
SHORTEST_WORD = 4
SHORTEST_PART = 3

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~{}:\"<>?"
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю.ёхъжэбю,"
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS[:33], _LATIN_KEYS[:33])
_SOUNDS = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya"
_SPELT = str.maketrans(
    dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _SOUNDS.split(), strict=True))
    | {"ъ": "", "ь": ""}
)
_NO_LETTERS = re.compile(r"[\W\d_]+")
_WORDS = re.compile(r"[^\W_]+")

_RUSSIAN = """
пароль парольпароль мойпароль секрет доступ вход админ администратор пользователь привет приветик
любовь люблю любимый любимая солнце солнышко зайка зайчик котик котенок кошка собака счастье радость
удача жизнь мечта надежда вера свобода победа звезда ангел принцесса королева король
мама папа мамочка бабушка дедушка семья сын дочка ребенок дети малыш внук
россия москва ставрополь питер волга кавказ родина отечество спартак зенит динамо цска
зима весна лето осень январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь
декабрь понедельник вторник среда четверг пятница суббота воскресенье снег дождь море река лес
школа школьник ученик учитель учительница директор завуч класс урок журнал дневник каникулы экзамен
гимназия лицей образование отдел департамент методист специалист приказ документ сеть работа
компьютер интернет телефон машина дом город деревня улица дорога
самолет корабль хоккей футбол музыка песня книга сказка цветок роза ромашка тюльпан береза
шоколад конфета варенье клубника малина вишня яблоко апельсин картошка пирожок
александр алексей андрей антон артем борис вадим валентин валерий василий виктор виталий владимир
владислав вячеслав геннадий георгий григорий данил денис дмитрий евгений егор иван игорь илья кирилл
константин леонид максим михаил никита николай олег павел петр роман руслан сергей станислав степан
тимур федор юрий ярослав
александра алена алина алиса алла анастасия анжела анна антонина валентина валерия вера вероника
виктория галина дарья евгения екатерина елена елизавета жанна зинаида зоя инна ирина карина кристина
ксения лариса лидия любаша людмила маргарита марина мария надежда наталья нина оксана олеся ольга
полина раиса светлана софия таисия тамара татьяна ульяна юлия яна
саша паша маша даша миша гриша дима ваня петя катя лена оля таня наташа света юля аня настя вика
иванов петров сидоров кузнецов попов смирнов васильев
йцукен йцукенгшщз фывапролдж ячсмить абвгд абвгдеёжз абырвалг
"""
RUSSIAN_WORDS = tuple(_RUSSIAN.split())
"""Common in Russian passwords; their other keys and spellings follow from the readings."""


@cache
def _listed() -> frozenset[str]:
    # 17 MB, and a tenth of a second: only a process in which somebody sets a password needs it.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset([*FREQUENCY_LISTS["passwords"], *map(_spelt, RUSSIAN_WORDS)])


def weakness(password: str, own: Iterable[str] = ()) -> Refusal | None:
    """Return why a password would be guessed early; `own` are words of the person who chose it."""
    if len(password) > LONGEST_LOOKED_AT:
        return None
    parts = {
        _spelt(word) for text in own for word in _WORDS.findall(text) if len(word) >= SHORTEST_PART
    }
    longest_first = sorted(parts, key=len, reverse=True)
    for reading in _readings(password):
        if _is_common(reading):
            return COMMON
        rest = reading
        for part in longest_first:
            rest = rest.replace(part, " ")
        if rest != reading:
            left = _NO_LETTERS.sub("", rest)
            if len(left) < SHORTEST_WORD or _is_common(left):
                return OWN
    return None


def _spelt(text: str) -> str:
    return text.casefold().translate(_SPELT)


def _readings(password: str) -> set[str]:
    folded = password.casefold()
    typed = {folded, folded.translate(_TO_RUSSIAN), folded.translate(_TO_LATIN)}
    return {one.translate(_SPELT) for one in typed}


def _is_common(reading: str) -> bool:
    listed = _listed()
    for stem in _stems(reading):
        piece = stem[: (stem + stem).find(stem, 1)]
        if stem in listed or piece in listed or len(piece) < SHORTEST_WORD:
            return True
    return False


def _stems(reading: str) -> Iterator[str]:
    """Yield the reading with ever more digits and marks taken off its ends, and those inside."""
    heads = _loose(reading)
    tails = _loose(reading[::-1])
    for head in range(heads + 1):
        for tail in range(tails + 1):
            stem = reading[head : len(reading) - tail]
            if len(stem) >= SHORTEST_WORD:
                yield stem
    letters = _NO_LETTERS.sub("", reading)
    if letters and len(reading) - len(letters) <= LONGEST_TAIL:
        yield letters


def _loose(text: str) -> int:
    """Return how many digits and marks stand at the beginning, as far as they are taken off."""
    found = _NO_LETTERS.match(text)
    return min(found.end(), LONGEST_TAIL) if found else 0
