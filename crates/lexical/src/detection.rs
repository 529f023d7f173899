//! Which language a text is in, as far as its words tell.
//!
//! The script settles most languages. Those of one script are told apart by their stop words: a sentence of five words
//! has two. A text without them is asked about with a classifier of character n-grams (`whichlang`), which always names
//! one of its sixteen languages and is often wrong on two or three words: then English counts as likely too.

use whichlang::{Lang, detect_language};

use crate::language::{Language, Languages};
use crate::script::Script;
use crate::stop_words;
use crate::tokens::Word;

/// How many stop words settle a language, and how far ahead of the next one it must be.
const ENOUGH: usize = 2;
/// How many languages a text may be taken for.
const MOST: usize = 3;
/// How much of a text the classifier reads, in bytes.
const READ: usize = 1000;

/// The languages of a text: of each script that it uses, the likely ones, likeliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Detected {
    latin: Vec<Language>,
    others: Vec<(Script, Language)>,
    main: Option<Language>,
}

impl Detected {
    /// Looks at the words of a text, and at its runs of scripts without spaces.
    pub(crate) fn of(words: &[Word], runs: &[String]) -> Self {
        let mut letters = Letters::default();
        for word in words {
            letters.add(word.script, &word.text);
        }
        for run in runs {
            for character in run.chars() {
                letters.add_one(Script::of(character), 2);
            }
        }
        let mut detected = Self::default();
        for (script, _) in &letters.0 {
            if *script == Script::Latin {
                detected.latin = latin(words);
            } else if *script != Script::Other {
                detected.others.push((*script, language_of(*script, words)));
            }
        }
        detected.main = letters.main().map(|script| match script {
            Script::Han if letters.has(Script::Kana) => Language::Japanese,
            script => detected.of_script(script).first().copied().unwrap_or(Language::Undetermined),
        });
        detected
    }

    /// The language that most of the text is in.
    pub(crate) fn main(&self) -> Language {
        self.main.unwrap_or(Language::Undetermined)
    }

    /// The languages that words of a script may be in.
    pub(crate) fn of_script(&self, script: Script) -> &[Language] {
        match script {
            Script::Latin if !self.latin.is_empty() => &self.latin,
            Script::Latin => &[Language::English],
            script => match self.others.iter().find(|(known, _)| *known == script) {
                Some((_, language)) => std::slice::from_ref(language),
                None => &[Language::Undetermined],
            },
        }
    }

    /// Every language that is likely for some of the words.
    pub(crate) fn all(&self) -> impl Iterator<Item = Language> {
        self.latin.iter().copied().chain(self.others.iter().map(|(_, language)| *language))
    }
}

/// How many letters of each script a text has.
#[derive(Default)]
struct Letters(Vec<(Script, usize)>);

impl Letters {
    fn add(&mut self, script: Script, word: &str) {
        self.add_one(script, word.chars().count());
    }

    fn add_one(&mut self, script: Script, letters: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += letters,
            None => self.0.push((script, letters)),
        }
    }

    fn has(&self, script: Script) -> bool {
        self.0.iter().any(|(known, _)| *known == script)
    }

    fn main(&self) -> Option<Script> {
        let known = self.0.iter().filter(|(script, _)| *script != Script::Other);
        known.max_by_key(|(script, count)| (*count, std::cmp::Reverse(*script))).map(|(script, _)| *script)
    }
}

fn language_of(script: Script, words: &[Word]) -> Language {
    let any_has =
        |letters: &[char]| words.iter().any(|word| word.script == script && word.text.contains(letters));
    match script {
        Script::Cyrillic if any_has(&['і', 'ї', 'є', 'ґ']) => Language::Ukrainian,
        Script::Cyrillic => Language::Russian,
        Script::Arabic if any_has(&['پ', 'چ', 'ژ', 'گ', 'ک', 'ی']) => Language::Persian,
        Script::Arabic => Language::Arabic,
        script => Language::ALL
            .into_iter()
            .find(|language| language.script() == script)
            .unwrap_or(Language::Undetermined),
    }
}

/// The likely languages of words in Latin letters.
fn latin(words: &[Word]) -> Vec<Language> {
    let mut hits: Vec<(Language, usize)> = Language::ALL
        .into_iter()
        .filter(|language| language.script() == Script::Latin)
        .map(|language| (language, 0))
        .collect();
    let mut has_unknown = false;
    for word in words.iter().filter(|word| word.script == Script::Latin) {
        let languages = stop_words::languages(&word.text);
        has_unknown |= languages == Languages::default();
        hits.iter_mut().filter(|(language, _)| languages.has(*language)).for_each(|(_, count)| *count += 1);
    }
    hits.sort_by_key(|(language, count)| (std::cmp::Reverse(*count), *language));
    let (best, second) = (hits[0].1, hits[1].1);
    if best >= ENOUGH && (best >= second + ENOUGH || 2 * best > 3 * second) {
        return vec![hits[0].0];
    }
    let guess = if has_unknown { guess(words) } else { None };
    if best > 0 && best > second && guess.is_none_or(|guess| guess == hits[0].0) {
        return vec![hits[0].0];
    }
    let tied =
        hits.iter().filter(|(_, count)| best >= ENOUGH && *count + 1 >= best).map(|(language, _)| *language);
    let tied: Vec<Language> = tied.collect();
    let likely = match guess {
        Some(guess) if tied.is_empty() || tied.contains(&guess) => vec![guess],
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    let single = hits.iter().filter(|(_, count)| best == 1 && *count == 1).map(|(language, _)| *language);
    for language in
        likely.into_iter().chain(tied).chain(single.take(1)).take(MOST - 1).chain([Language::English])
    {
        if !all.contains(&language) {
            all.push(language);
        }
    }
    all
}

/// What the classifier takes words in Latin letters for.
fn guess(words: &[Word]) -> Option<Language> {
    let mut text = String::new();
    for word in words.iter().filter(|word| word.script == Script::Latin) {
        if text.len() + word.text.len() > READ {
            break;
        }
        text.push_str(&word.text);
        text.push(' ');
    }
    if text.is_empty() {
        return None;
    }
    match detect_language(&text) {
        Lang::Eng => Some(Language::English),
        Lang::Deu => Some(Language::German),
        Lang::Fra => Some(Language::French),
        Lang::Spa => Some(Language::Spanish),
        Lang::Ita => Some(Language::Italian),
        Lang::Por => Some(Language::Portuguese),
        Lang::Nld => Some(Language::Dutch),
        Lang::Swe => Some(Language::Swedish),
        Lang::Tur => Some(Language::Turkish),
        Lang::Vie => Some(Language::Vietnamese),
        Lang::Ara | Lang::Cmn | Lang::Hin | Lang::Jpn | Lang::Kor | Lang::Rus => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Tokens;

    fn detected(text: &str) -> Detected {
        let tokens = Tokens::of(text);
        Detected::of(&tokens.words, &tokens.runs)
    }

    #[test]
    fn a_sentence_tells_its_language() {
        for (text, language) in [
            ("The ferry to the island leaves from the second platform.", Language::English),
            ("Die Fähre zur Insel fährt vom zweiten Steg ab.", Language::German),
            ("Le ferry pour l'île part du deuxième quai.", Language::French),
            ("El barco a la isla sale del segundo muelle.", Language::Spanish),
            ("Il traghetto per l'isola parte dal secondo molo.", Language::Italian),
            ("A balsa para a ilha sai do segundo cais.", Language::Portuguese),
            ("De veerboot naar het eiland vertrekt van de tweede steiger.", Language::Dutch),
            ("Färjan till ön går från den andra bryggan.", Language::Swedish),
            ("Prom na wyspę odpływa z drugiego nabrzeża i jest tani.", Language::Polish),
            ("Adaya giden feribot ikinci iskeleden kalkıyor ve çok ucuz.", Language::Turkish),
            ("Паром на остров отходит от второго причала.", Language::Russian),
            ("Пором на острів відходить від другого причалу.", Language::Ukrainian),
            ("Το φέρι για το νησί φεύγει από τη δεύτερη αποβάθρα.", Language::Greek),
            ("تغادر العبارة إلى الجزيرة من الرصيف الثاني.", Language::Arabic),
            ("کشتی به جزیره از اسکله دوم حرکت می‌کند.", Language::Persian),
            ("נמל המעבורת נמצא ליד השוק", Language::Hebrew),
            ("द्वीप के लिए नौका दूसरे घाट से चलती है।", Language::Hindi),
            ("去岛上的渡轮从第二个码头出发。", Language::Chinese),
            ("島へのフェリーは第二桟橋から出ます。", Language::Japanese),
            ("섬으로 가는 배는 두 번째 부두에서 출발합니다.", Language::Korean),
            ("เรือข้ามฟากไปเกาะออกจากท่าเรือที่สอง", Language::Thai),
            ("12 + 30 = 42", Language::Undetermined),
            ("", Language::Undetermined),
        ] {
            assert_eq!(detected(text).main(), language, "{text}");
        }
    }

    #[test]
    fn a_few_words_may_be_english_too() {
        let found = detected("Druckerpatronen kaufen");
        assert_eq!(found.of_script(Script::Latin), [Language::German, Language::English]);
        assert_eq!(detected("ferry tickets").of_script(Script::Latin).first(), Some(&Language::English));
    }

    #[test]
    fn each_script_of_a_text_has_its_own_language() {
        let found = detected("Мы купили новый printer and the toner для офиса");
        assert_eq!(found.main(), Language::Russian);
        assert_eq!(found.of_script(Script::Latin), [Language::English]);
        assert_eq!(found.of_script(Script::Cyrillic), [Language::Russian]);
    }
}
