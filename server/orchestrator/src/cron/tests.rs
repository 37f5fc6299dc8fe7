//! Schedules and their next times.

use k8s_openapi::jiff::Timestamp;

use super::{Schedule, zone};

/// The next three times after a moment, as the zone's clocks show them.
fn check(schedule: &str, place: &str, after: &str, expected: &str) {
    let parsed =
        Schedule::parse(schedule).unwrap_or_else(|refused| panic!("{schedule}: {refused}"));
    let zone = zone(place).unwrap();
    let mut at: Timestamp = after.parse().unwrap();
    let mut shown = Vec::new();
    for _ in 0..3 {
        let Some(next) = parsed.next(at, &zone) else { break };
        shown.push(next.to_zoned(zone.clone()).strftime("%a %m-%d %H:%M:%S").to_string());
        at = next;
    }
    assert_eq!(shown.join(", "), expected, "{schedule}");
}

#[test]
fn schedules_fire_as_their_fields_say() {
    let after = "2026-11-22T10:07:30Z"; // A Sunday.
    let cases = [
        ("* * * * *", "Sun 11-22 10:08:00, Sun 11-22 10:09:00, Sun 11-22 10:10:00"),
        ("*/15 * * * *", "Sun 11-22 10:15:00, Sun 11-22 10:30:00, Sun 11-22 10:45:00"),
        ("5/20 10 * * *", "Sun 11-22 10:25:00, Sun 11-22 10:45:00, Mon 11-23 10:05:00"),
        ("0 9-17/4 * * mon-fri", "Mon 11-23 09:00:00, Mon 11-23 13:00:00, Mon 11-23 17:00:00"),
        ("30 6 1,15 * *", "Tue 12-01 06:30:00, Tue 12-15 06:30:00, Fri 01-01 06:30:00"),
        // Either the day of the month or that of the week, where both are given.
        ("0 0 13 * 5", "Fri 11-27 00:00:00, Fri 12-04 00:00:00, Fri 12-11 00:00:00"),
        ("@hourly", "Sun 11-22 11:00:00, Sun 11-22 12:00:00, Sun 11-22 13:00:00"),
        ("@daily", "Mon 11-23 00:00:00, Tue 11-24 00:00:00, Wed 11-25 00:00:00"),
        ("@weekly", "Sun 11-29 00:00:00, Sun 12-06 00:00:00, Sun 12-13 00:00:00"),
        ("@monthly", "Tue 12-01 00:00:00, Fri 01-01 00:00:00, Mon 02-01 00:00:00"),
        ("@every 1h30m", "Sun 11-22 11:37:30, Sun 11-22 13:07:30, Sun 11-22 14:37:30"),
        ("0 0 29 feb ?", "Tue 02-29 00:00:00, Sun 02-29 00:00:00, Fri 02-29 00:00:00"),
        ("0 0 30 2 *", ""),
    ];
    for (schedule, expected) in cases {
        check(schedule, "UTC", after, expected);
    }
}

#[test]
fn a_zone_has_its_own_hours_and_skips_and_repeats_some() {
    let seoul = "Mon 11-23 09:00:00, Tue 11-24 09:00:00, Wed 11-25 09:00:00";
    check("0 9 * * *", "Asia/Seoul", "2026-11-22T10:00:00Z", seoul);
    let skipped = "Mon 03-30 02:30:00, Tue 03-31 02:30:00, Wed 04-01 02:30:00";
    check("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", skipped);
    let twice = "Sun 10-25 02:30:00, Sun 10-25 02:30:00, Mon 10-26 02:30:00";
    check("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", twice);
    assert!(zone("Mars/Olympus").is_none());
}

#[test]
fn what_is_no_schedule_is_refused_in_the_librarys_words() {
    let cases = [
        ("", "empty spec string"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
        ("61 * * * *", "end of range (61) above maximum (59): 61"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("*/2/3 * * * *", "too many slashes: */2/3"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
        ("@noon", "unrecognized descriptor: @noon"),
        ("@every x", "failed to parse duration @every x: time: invalid duration \"x\""),
    ];
    for (schedule, expected) in cases {
        let refused = Schedule::parse(schedule).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}
