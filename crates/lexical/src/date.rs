//! Days as terms of their own, so that "what did we plan in May 2023?" meets what happened then.
//!
//! The terms begin with a private character, so that no word of a text is taken for one.

use crate::tokens::{Tokens, Word};

/// Begins every term of a day.
const MARK: char = '\u{E020}';
const SECONDS_PER_DAY: i64 = 86_400;
/// How many days of the week there are.
const WEEK: i64 = 7;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year, 1 and later in our era.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// The day, in UTC, of a number of seconds since 1970.
    #[must_use]
    pub fn of_unix_seconds(seconds: i64) -> Self {
        // Counted in eras of 400 years that begin on 1 March, as the day that comes and goes is the last one then.
        let days = seconds.div_euclid(SECONDS_PER_DAY) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month: small(month), day: small(day) }
    }

    /// The day of the week, Monday 0.
    fn weekday(self) -> i64 {
        let (month, year) = match i64::from(self.month) {
            month @ 1..=2 => (month + 12, self.year - 1),
            month => (month, self.year),
        };
        let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
        let zeller = i64::from(self.day) + 13 * (month + 1) / 5 + of_century + of_century / 4 + century / 4
            - 2 * century;
        (zeller + 5).rem_euclid(WEEK)
    }

    /// Its terms: year, month, day of the month, day of the week.
    pub(crate) fn terms(self) -> [String; 4] {
        [year_term(self.year), month_term(self.month), day_term(self.day), weekday_term(self.weekday())]
    }
}

fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn year_term(year: i64) -> String {
    format!("{MARK}y{year}")
}

fn month_term(month: u8) -> String {
    format!("{MARK}m{month}")
}

fn day_term(day: u8) -> String {
    format!("{MARK}d{day}")
}

fn weekday_term(weekday: i64) -> String {
    format!("{MARK}w{weekday}")
}

/// Names of the months, from January.
const MONTHS: [&str; 12] = [
    "january jan januar janvier enero gennaio janeiro januari января январь styczeń stycznia يناير जनवरी มกราคม",
    "february feb februar février febrero febbraio fevereiro februari февраля февраль luty lutego فبراير फरवरी กุมภาพันธ์",
    "march mar märz mars marzo março maart марта март marzec marca مارس मार्च มีนาคม",
    "april apr avril abril aprile апреля апрель kwiecień kwietnia أبريل अप्रैल เมษายน",
    "may mai mayo maggio maio mei maj мая май maja مايو मई พฤษภาคม",
    "june jun juni juin junio giugno junho июня июнь czerwiec czerwca يونيو जून มิถุนายน",
    "july jul juli juillet julio luglio julho июля июль lipiec lipca يوليو जुलाई กรกฎาคม",
    "august aug août agosto augustus augusti августа август sierpień sierpnia أغسطس अगस्त สิงหาคม",
    "september sep sept septembre septiembre settembre setembro сентября сентябрь wrzesień września سبتمبر सितंबर กันยายน",
    "october oct oktober octobre octubre ottobre outubro октября октябрь październik października أكتوبر अक्टूबर ตุลาคม",
    "november nov novembre noviembre novembro ноября ноябрь listopad listopada نوفمبر नवंबर พฤศจิกายน",
    "december dec dezember décembre diciembre dicembre dezembro декабря декабрь grudzień grudnia ديسمبر दिसंबर ธันวาคม",
];

/// Names of the days of the week, from Monday.
const WEEKDAYS: [&str; 7] = [
    "monday montag lundi lunes lunedì maandag måndag понедельник понедельника poniedziałek الاثنين सोमवार",
    "tuesday dienstag mardi martes martedì dinsdag tisdag вторник вторника wtorek الثلاثاء मंगलवार",
    "wednesday mittwoch mercredi miércoles mercoledì woensdag onsdag среда среду środa الأربعاء बुधवार",
    "thursday donnerstag jeudi jueves giovedì donderdag torsdag четверг четверга czwartek الخميس गुरुवार",
    "friday freitag vendredi viernes venerdì vrijdag fredag пятница пятницу piątek الجمعة शुक्रवार",
    "saturday samstag sonnabend samedi sábado sabato zaterdag lördag суббота субботу sobota السبت शनिवार",
    "sunday sonntag dimanche domingo domenica zondag söndag воскресенье niedziela الأحد रविवार",
];

/// Names of months that are other words too. In small letters they are names beside a number alone.
const AMBIGUOUS: [&str; 6] = ["may", "march", "mar", "mars", "sept", "dec"];

/// The terms of the days that a question names: years, months, days of the week, and days of a month beside its name.
pub(crate) fn terms_of(tokens: &Tokens) -> Vec<String> {
    let words = &tokens.words;
    let mut terms: Vec<String> = tokens.identifiers.iter().flat_map(|whole| iso(whole)).collect();
    for (at, word) in words.iter().enumerate() {
        if let Some(year) = year(word) {
            terms.push(year_term(year));
        }
        if let Some(weekday) = position(&WEEKDAYS, &word.text) {
            terms.push(weekday_term(i64::from(weekday)));
        }
        let Some(month) = position(&MONTHS, &word.text) else { continue };
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let beside = [before, words.get(at + 1)];
        let days: Vec<u8> = beside.into_iter().flatten().filter_map(day).collect();
        let has_number = !days.is_empty() || beside.into_iter().flatten().any(|word| year(word).is_some());
        if AMBIGUOUS.contains(&word.text.as_str()) && !has_number && !(word.is_capitalised && at > 0) {
            continue;
        }
        terms.push(month_term(month + 1));
        terms.extend(days.into_iter().map(day_term));
    }
    let mut seen = std::collections::HashSet::new();
    terms.retain(|term| seen.insert(term.clone()));
    terms
}

fn position(names: &[&str], word: &str) -> Option<u8> {
    let at = names.iter().position(|list| list.split(' ').any(|name| name == word))?;
    u8::try_from(at).ok()
}

fn year(word: &Word) -> Option<i64> {
    let is_year = word.text.len() == 4 && (word.text.starts_with("19") || word.text.starts_with("20"));
    word.text.parse().ok().filter(|_| is_year)
}

/// A day of a month: `8`, `8th`.
fn day(word: &Word) -> Option<u8> {
    let digits = word.text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let suffix = &word.text[digits.len()..];
    let is_ordinal = ["", "st", "nd", "rd", "th"].contains(&suffix);
    digits.parse().ok().filter(|day| is_ordinal && (1..=31).contains(day))
}

/// `2023-05-08` and `2023-05`.
fn iso(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let ([year, month] | [year, month, _]) = parts.as_slice() else { return Vec::new() };
    let (Ok(number), Ok(month)) = (year.parse::<i64>(), month.parse::<u8>()) else { return Vec::new() };
    if year.len() != 4 || !(1..=12).contains(&month) {
        return Vec::new();
    }
    let mut terms = vec![year_term(number), month_term(month)];
    terms.extend(
        parts.get(2).and_then(|day| day.parse().ok()).filter(|day| (1..=31).contains(day)).map(day_term),
    );
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        terms_of(&Tokens::of(text)).into_iter().map(|term| term[MARK.len_utf8()..].to_owned()).collect()
    }

    #[test]
    fn seconds_are_days() {
        let date = |year, month, day| Date { year, month, day };
        for (seconds, expected, weekday) in [
            (0, date(1970, 1, 1), 3),
            (-1, date(1969, 12, 31), 2),
            (1_683_504_000, date(2023, 5, 8), 0),
            (951_782_400, date(2000, 2, 29), 1),
            (951_868_800, date(2000, 3, 1), 2),
            (4_107_542_400, date(2100, 3, 1), 0),
        ] {
            assert_eq!(Date::of_unix_seconds(seconds), expected);
            assert_eq!(expected.weekday(), weekday, "{expected:?}");
        }
    }

    #[test]
    fn questions_name_days() {
        assert_eq!(terms("What did we plan in May 2023?"), ["m5", "y2023"]);
        assert_eq!(terms("on 8 May, a Monday"), ["m5", "d8", "w0"]);
        assert_eq!(terms("June 3rd"), ["m6", "d3"]);
        assert_eq!(terms("der 3. März und der Dienstag"), ["m3", "d3", "w1"]);
        assert_eq!(terms("8 мая 2023"), ["m5", "d8", "y2023"]);
        assert_eq!(terms("on 2023-05-08 and 2024-12"), ["y2023", "m5", "d8", "y2024", "m12"]);
    }

    #[test]
    fn words_that_are_also_months_are_not_taken_for_them() {
        assert_eq!(terms("may I march on mars?"), [""; 0]);
        assert_eq!(terms("8 apples, version 2.0.1, 1234-56"), [""; 0]);
        assert_eq!(terms("may 8"), ["m5", "d8"]);
    }
}
