"""Dates as people write them, in the languages of communities; the names are those of Unicode's CLDR."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class _Language:
    """`long` is a date's usual form; months stand in the case that it asks for."""

    long: str
    weekdays: str
    months: str


_LANGUAGES = {
    "cs": _Language(
        "{day}. {month} {year}",
        "pondělí úterý středa čtvrtek pátek sobota neděle",
        "ledna února března dubna května června července srpna září října listopadu prosince",
    ),
    "da": _Language(
        "{day}. {month} {year}",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "januar februar marts april maj juni juli august september oktober november december",
    ),
    "de": _Language(
        "{day}. {month} {year}",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
    "en": _Language(
        "{day} {month} {year}",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December",
    ),
    "es": _Language(
        "{day} de {month} de {year}",
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    "fi": _Language(
        "{day}. {month} {year}",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta"
        " lokakuuta marraskuuta joulukuuta",
    ),
    "fr": _Language(
        "{day} {month} {year}",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    "it": _Language(
        "{day} {month} {year}",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    "ja": _Language(
        "{year}年{month}{day}日",
        "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    ),
    "nb": _Language(
        "{day}. {month} {year}",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "januar februar mars april mai juni juli august september oktober november desember",
    ),
    "nl": _Language(
        "{day} {month} {year}",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "januari februari maart april mei juni juli augustus september oktober november december",
    ),
    "pl": _Language(
        "{day} {month} {year}",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    ),
    "pt": _Language(
        "{day} de {month} de {year}",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
    "ru": _Language(
        "{day} {month} {year}",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    ),
    "sv": _Language(
        "{day} {month} {year}",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "januari februari mars april maj juni juli augusti september oktober november december",
    ),
    "tr": _Language(
        "{day} {month} {year}",
        "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    ),
    "uk": _Language(
        "{day} {month} {year}",
        "понеділок вівторок середа четвер пʼятниця субота неділя",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    ),
    "zh": _Language(
        "{year}年{month}{day}日",
        "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    ),
}
_OTHER_TAGS = {"no": "nb", "nn": "nb"}

#: The languages that dates can be written in (BCP 47).
LANGUAGES = tuple(_LANGUAGES)


def long(day: date, language: str) -> str:
    """`2 March 2026` in that language (a BCP 47 tag, regions count for nothing), English where it is unknown."""
    return _of(language).long.format(day=day.day, month=month(day, language), year=day.year)


def weekday(day: date, language: str) -> str:
    return _of(language).weekdays.split()[day.weekday()]


def month(day: date, language: str) -> str:
    """The month's name, in the case that a date asks for."""
    return _of(language).months.split()[day.month - 1]


def _of(language: str) -> _Language:
    tag = language.replace("_", "-").partition("-")[0].lower()
    return _LANGUAGES.get(_OTHER_TAGS.get(tag, tag), _LANGUAGES["en"])
