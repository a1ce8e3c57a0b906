"""Dated examples of working time, written by hand from a wall calendar: calendar, start, hours, end, why."""

from datetime import date

from schemas.service import Calendar

__all__ = ["CALENDARS", "EXAMPLES"]

CALENDARS: dict[str, tuple[Calendar | None, str]] = {
    "district": (
        Calendar(
            code="district",
            opens="10:00",
            closes="17:00",
            days_off=("sun", "sat-2"),
            state="UP",
            closed=(date(2026, 11, 9),),
            open=(date(2026, 12, 13),),
        ),
        "Asia/Kolkata",
    ),
    "night": (Calendar(code="night", opens="22:00", closes="06:00", days_off=("sun",)), "Asia/Kolkata"),
    "whole-day": (Calendar(code="whole-day", opens="00:00", closes="00:00", days_off=("sun",)), "Asia/Kolkata"),
    "always": (None, "Asia/Kolkata"),
    "night-abroad": (Calendar(code="night-abroad", opens="22:00", closes="06:00", days_off=()), "Europe/London"),
    "always-abroad": (None, "Europe/London"),
}
"""Each with its time zone. India changes no clocks; the two abroad do, on 29 March and 25 October 2026."""

_TABLE = """
district      | 2026-06-01 10:00 | 1    | 2026-06-01 11:00 | a Monday morning
district      | 2026-06-01 10:00 | 7    | 2026-06-01 17:00 | the whole day ends at closing, not at the next opening
district      | 2026-06-01 16:00 | 2    | 2026-06-02 11:00 | over night
district      | 2026-06-01 09:00 | 1    | 2026-06-01 11:00 | before opening
district      | 2026-06-01 18:30 | 1    | 2026-06-02 11:00 | after closing
district      | 2026-06-01 17:00 | 0.5  | 2026-06-02 10:30 | at closing
district      | 2026-06-06 16:00 | 2    | 2026-06-08 11:00 | the first Saturday is worked, Sunday is not
district      | 2026-06-12 16:00 | 2    | 2026-06-15 11:00 | over a second Saturday
district      | 2026-06-14 12:00 | 3    | 2026-06-15 13:00 | on a Sunday
district      | 2026-06-13 11:00 | 7    | 2026-06-15 17:00 | on a second Saturday
district      | 2026-06-20 12:00 | 5    | 2026-06-20 17:00 | a third Saturday is worked
district      | 2026-06-01 10:00 | 14   | 2026-06-02 17:00 | two days
district      | 2026-06-01 10:00 | 42   | 2026-06-06 17:00 | Monday to Saturday
district      | 2026-06-01 10:00 | 43   | 2026-06-08 11:00 | and an hour of the next week
district      | 2026-06-01 10:00 | 70   | 2026-06-11 17:00 | ten working days
district      | 2026-06-01 10:00 | 147  | 2026-06-25 17:00 | 21 working days
district      | 2026-06-01 10:00 | 148  | 2026-06-27 11:00 | and an hour, over Ashura on the 26th
district      | 2026-11-07 10:00 | 7    | 2026-11-07 17:00 | the Saturday before Diwali
district      | 2026-11-07 16:00 | 2    | 2026-11-12 11:00 | Diwali, a day of the district's own, Govardhan, Bhai Duj
district      | 2026-11-08 09:00 | 1    | 2026-11-12 11:00 | on Diwali
district      | 2026-11-11 23:59 | 7    | 2026-11-12 17:00 | a minute before the last holiday ends
district      | 2026-11-12 16:30 | 1    | 2026-11-13 10:30 | after the holidays
district      | 2026-11-13 16:00 | 2    | 2026-11-16 11:00 | the second Saturday of November
always        | 2026-11-07 16:00 | 24   | 2026-11-08 16:00 | round the clock Diwali is a day
always        | 2026-11-07 16:00 | 4    | 2026-11-07 20:00 | and an evening is an evening
district      | 2024-10-30 16:00 | 2    | 2024-11-01 11:00 | Diwali on a Thursday
district      | 2024-11-01 16:00 | 2    | 2024-11-04 11:00 | Govardhan on a Saturday, then Sunday
district      | 2024-10-31 12:00 | 7    | 2024-11-01 17:00 | on Diwali, a whole day
district      | 2026-07-31 16:00 | 2    | 2026-08-01 11:00 | the end of July
district      | 2026-09-30 16:45 | 0.5  | 2026-10-01 10:15 | the end of September
district      | 2026-10-01 16:00 | 2    | 2026-10-03 11:00 | over 2 October
district      | 2026-12-31 16:00 | 2    | 2027-01-01 11:00 | the end of the year
district      | 2026-12-24 16:00 | 2    | 2026-12-26 11:00 | over Christmas, a fourth Saturday
district      | 2027-01-30 16:00 | 2    | 2027-02-01 11:00 | a fifth Saturday is worked
always        | 2026-01-31 12:00 | 24   | 2026-02-01 12:00 | the end of January
always        | 2026-12-31 23:30 | 1    | 2027-01-01 00:30 | midnight of the new year
always        | 2026-06-01 10:00 | 504  | 2026-06-22 10:00 | 21 days
district      | 2024-02-28 16:00 | 2    | 2024-02-29 11:00 | into a 29 February
district      | 2024-02-29 10:00 | 7    | 2024-02-29 17:00 | a 29 February
district      | 2024-02-29 16:00 | 2    | 2024-03-01 11:00 | out of a 29 February
always        | 2024-02-28 12:00 | 24   | 2024-02-29 12:00 | a leap year
always        | 2024-02-29 12:00 | 24   | 2024-03-01 12:00 | a leap day
always        | 2024-02-29 23:00 | 8784 | 2025-03-01 23:00 | 366 days from a leap day
always        | 2026-02-28 12:00 | 24   | 2026-03-01 12:00 | no leap year
district      | 2028-02-28 16:00 | 2    | 2028-02-29 11:00 | the next leap year
district      | 2028-02-26 16:00 | 2    | 2028-02-28 11:00 | a fourth Saturday
night         | 2026-06-01 23:00 | 2    | 2026-06-02 01:00 | a night shift over midnight
night         | 2026-06-01 22:00 | 8    | 2026-06-02 06:00 | a whole night
night         | 2026-06-02 03:00 | 4    | 2026-06-02 23:00 | the rest of one night and an hour of the next
night         | 2026-06-01 12:00 | 1    | 2026-06-01 23:00 | by day
night         | 2026-06-07 02:00 | 5    | 2026-06-08 23:00 | Saturday's shift goes on; Sunday's is off
night         | 2026-06-07 23:00 | 1    | 2026-06-08 23:00 | the night that is off
night         | 2026-07-31 23:00 | 3    | 2026-08-01 02:00 | a night over the end of a month
night         | 2024-02-28 23:00 | 2    | 2024-02-29 01:00 | a night into a leap day
night         | 2026-12-31 22:00 | 10   | 2027-01-02 00:00 | to midnight exactly, two nights on
district      | 2026-12-12 12:00 | 1    | 2026-12-13 11:00 | a Sunday that is worked
district      | 2026-12-11 16:00 | 2    | 2026-12-13 11:00 | over a second Saturday to it
district      | 2026-12-13 16:00 | 2    | 2026-12-14 11:00 | and from it
whole-day     | 2026-06-06 12:00 | 24   | 2026-06-08 12:00 | round the clock but on Sundays
night-abroad  | 2026-03-28 23:00 | 6    | 2026-03-29 06:00 | clocks go forward: the night has seven hours
night-abroad  | 2026-03-28 22:00 | 8    | 2026-03-29 23:00 | and the eighth is of the next
night-abroad  | 2026-10-24 22:00 | 8    | 2026-10-25 05:00 | clocks go back: after eight hours it is five
night-abroad  | 2026-10-24 22:00 | 9    | 2026-10-25 06:00 | the night has nine hours
always-abroad | 2026-03-28 12:00 | 24   | 2026-03-29 13:00 | 24 hours are 24 hours
"""

EXAMPLES = [[cell.strip() for cell in line.split("|")] for line in _TABLE.strip().splitlines()]
