//! What an examination and a repair are told as.

use anstyle::Style;
use engine::{EmbedProgress, Examination, Status};
use ports::{Finding, Repaired, Severity};
use serde_json::{Value, json};

use crate::exit::Verdict;
use crate::render::text::{BAD, FAINT, GOOD, WARNING, memories, plain, styled};

/// What to do about damage.
pub(super) const RESTORE: &str =
    "copy the database file away, with -wal and -shm, then restore the newest backup that is sound";
/// What to do about damage of the file of keys.
const NEW_KEYS: &str = "move the file away, with -wal and -shm, and make new keys, or name another one with MCP_MEMORY_ACCESS_PATH";
/// How wide the column of severities is.
const SEVERITY_WIDTH: usize = 10;

/// What was found, and what was done about it.
#[derive(Debug)]
pub(super) struct Report {
    checked: Vec<&'static str>,
    /// Worst first.
    findings: Vec<Finding>,
    status: Status,
    reasons: Vec<String>,
    pending: u64,
    mended: Option<Mended>,
}

/// What a repair did.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) repaired: Vec<Repaired>,
    pub(super) embedded: EmbedProgress,
}

impl Report {
    pub(super) fn new(examination: &Examination, mended: Option<Mended>) -> Self {
        let integrity = examination.integrity.clone().unwrap_or_default();
        let mut findings = integrity.findings;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Self {
            checked: integrity.checked,
            findings,
            status: examination.health.status,
            reasons: examination.health.reasons.clone(),
            pending: examination.health.statistics.as_ref().map_or(0, |statistics| statistics.pending),
            mended,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self.findings.first().map(|finding| finding.severity) {
            Some(Severity::Damage) => Verdict::Damage,
            Some(Severity::Repairable) => Verdict::Repairable,
            Some(Severity::Note) | None => match (self.status, self.pending) {
                (Status::Unavailable, _) => Verdict::Unavailable,
                (_, 0) => Verdict::Success,
                _ => Verdict::Repairable,
            },
        }
    }

    pub(super) fn for_programs(&self) -> Value {
        let finding = |finding: &Finding| {
            json!({
                "subject": finding.subject,
                "severity": severity_name(finding.severity),
                "message": finding.message,
            })
        };
        let mut report = json!({
            "verdict": verdict_name(self.verdict()),
            "checked": self.checked,
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "pending": self.pending,
            "status": self.status.name(),
            "reasons": self.reasons,
        });
        if let Some(mended) = &self.mended {
            let done = mended.repaired.iter();
            report["repaired"] =
                done.map(|done| json!({ "subject": done.subject, "message": done.message })).collect();
            report["embedded"] = json!(mended.embedded.embedded);
            report["not_embedded"] = json!(mended.embedded.failed);
        }
        report
    }

    pub(super) fn for_people(&self) -> String {
        let mut lines = Vec::new();
        if let Some(mended) = &self.mended {
            lines.extend(mended.lines());
        }
        for subject in &self.checked {
            let found: Vec<&Finding> =
                self.findings.iter().filter(|finding| finding.subject == *subject).collect();
            if found.is_empty() {
                lines.push(format!("{}  {subject}", label(GOOD, "ok")));
            }
            lines.extend(found.into_iter().map(line));
        }
        let unlisted = self.findings.iter().filter(|finding| !self.checked.contains(&finding.subject));
        lines.extend(unlisted.map(line));
        lines.extend(
            self.reasons.iter().map(|reason| format!("{}  {}", label(WARNING, "pending"), plain(reason))),
        );
        lines.push(String::new());
        lines.push(self.conclusion());
        lines.join("\n")
    }

    /// Whether what is damaged is the file of keys alone.
    fn are_memories_sound(&self) -> bool {
        let mut damages = self.findings.iter().filter(|finding| finding.severity == Severity::Damage);
        damages.all(|finding| finding.subject == "access")
    }

    fn conclusion(&self) -> String {
        match (self.verdict(), &self.mended) {
            (Verdict::Success, _) => styled(GOOD, "all is well"),
            (Verdict::Repairable | Verdict::Incomplete | Verdict::NotFound, None) => {
                styled(WARNING, "run `memory doctor --fix` to repair this")
            }
            (Verdict::Repairable | Verdict::Incomplete | Verdict::NotFound, Some(_)) => {
                styled(WARNING, "some of it could not be repaired: see the log")
            }
            (Verdict::Unavailable, _) => styled(BAD, "memories cannot be read now"),
            (Verdict::Damage, _) if self.are_memories_sound() => {
                styled(BAD, &format!("API keys cannot be used: {NEW_KEYS}"))
            }
            (Verdict::Damage, _) => styled(BAD, &format!("memories are damaged: {RESTORE}")),
        }
    }
}

impl Mended {
    fn lines(&self) -> Vec<String> {
        let repaired = self.repaired.iter().map(|done| (done.subject, done.message.clone()));
        let mut done: Vec<(&str, String)> = repaired.collect();
        if self.embedded.embedded > 0 {
            done.push(("vectors", format!("embedded {}", memories(self.embedded.embedded))));
        }
        let mut lines: Vec<String> = done
            .iter()
            .map(|(subject, message)| format!("{}  {subject}: {}", label(GOOD, "repaired"), plain(message)))
            .collect();
        if lines.is_empty() {
            lines.push(styled(FAINT, "nothing to repair"));
        }
        lines
    }
}

fn line(finding: &Finding) -> String {
    let style = match finding.severity {
        Severity::Note => FAINT,
        Severity::Repairable => WARNING,
        Severity::Damage => BAD,
    };
    let further_line = format!("\n{}", " ".repeat(SEVERITY_WIDTH + 2));
    let message = plain(&finding.message).replace('\n', &further_line);
    format!("{}  {}: {message}", label(style, severity_name(finding.severity)), finding.subject)
}

fn label(style: Style, text: &str) -> String {
    styled(style, &format!("{text:SEVERITY_WIDTH$}"))
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Repairable => "repairable",
        Severity::Damage => "damage",
    }
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Success => "sound",
        Verdict::Repairable | Verdict::Incomplete | Verdict::NotFound => "repairable",
        Verdict::Unavailable => "unavailable",
        Verdict::Damage => "damaged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: &[(&'static str, Severity)], pending: u64, mended: Option<Mended>) -> Report {
        let finding =
            |&(subject, severity)| Finding { subject, severity, message: format!("{subject} \u{1b}\nmore") };
        let mut findings: Vec<Finding> = findings.iter().map(finding).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let checked = vec!["pages", "words", "vectors", "modes"];
        let reasons = if pending > 0 { vec![format!("{pending} memories wait")] } else { Vec::new() };
        Report { checked, findings, status: Status::Healthy, reasons, pending, mended }
    }

    #[test]
    fn the_worst_finding_decides() {
        let (note, repairable, damage) =
            (("modes", Severity::Note), ("words", Severity::Repairable), ("pages", Severity::Damage));
        for (findings, pending, verdict) in [
            (&[][..], 0, Verdict::Success),
            (&[note], 0, Verdict::Success),
            (&[note], 1, Verdict::Repairable),
            (&[note, repairable], 0, Verdict::Repairable),
            (&[note, damage, repairable], 0, Verdict::Damage),
        ] {
            assert_eq!(report(findings, pending, None).verdict(), verdict, "{findings:?}");
        }
        let unreadable = Report { status: Status::Unavailable, ..report(&[], 0, None) };
        assert_eq!(unreadable.verdict(), Verdict::Unavailable);
    }

    #[test]
    fn damage_of_the_file_of_keys_alone_asks_for_no_backup() {
        let (keys, pages) = (("access", Severity::Damage), ("pages", Severity::Damage));
        let repairable = ("words", Severity::Repairable);
        let conclusion = |findings: &[_]| {
            let told = report(findings, 0, None).for_people();
            anstream::adapter::strip_str(&told).to_string().lines().last().unwrap().to_owned()
        };
        for alone in [&[keys][..], &[repairable, keys]] {
            let told = conclusion(alone);
            assert!(told.contains("make new keys") && !told.contains("backup"), "{told}");
        }
        let both = conclusion(&[keys, pages]);
        assert!(both.contains("backup") && !both.contains("make new keys"), "{both}");
    }

    #[test]
    fn a_report_tells_each_subject_its_findings_and_what_was_done() {
        let mended = Mended {
            repaired: vec![Repaired { subject: "words", message: "rebuilt".to_owned() }],
            embedded: EmbedProgress { embedded: 1, failed: 0, total: 1 },
        };
        let findings = [("vectors", Severity::Repairable), ("pages", Severity::Damage)];
        let report = report(&findings, 2, Some(mended));
        let text = report.for_people();
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
        insta::assert_snapshot!("programs", format!("{:#}", report.for_programs()));
    }
}
