//! Looking for damage in the file, and taking the rights of others on it away.

use std::path::{Path, PathBuf};

use ports::{Finding, IntegrityReport, Repaired, Severity, StoreError};

use super::SqliteKeyStore;
use super::form::Form;
use super::session::Session;
use crate::error::{Result, While};
use crate::{backup, connection, files, integrity, repair};

/// What the findings are about.
const SUBJECT: &str = "access";

impl SqliteKeyStore {
    /// Looks for damage: whether the file can be read, is one that this release knows, and is private; every page of it. None
    /// when there is no file. Nothing is changed. What is wrong with the file is a finding, not an error.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another process holds the file, [`StoreError::Closed`], [`StoreError::Disk`].
    pub async fn examine(&self) -> Result<Option<IntegrityReport>> {
        self.lanes()?.reader.run(|session: &mut Session| session.examine()).await
    }

    /// Takes the rights of others on the file away.
    ///
    /// # Errors
    /// [`StoreError::Closed`].
    pub async fn make_private(&self) -> Result<Vec<Repaired>> {
        let tighten = |session: &mut Session| Ok(repair::tighten(SUBJECT, loose(&session.place.path)));
        self.lanes()?.writer.run(tighten).await
    }
}

impl Session {
    fn examine(&self) -> Result<Option<IntegrityReport>> {
        let path = &self.place.path;
        let found = match self.look() {
            Ok(None) => return Ok(None),
            Ok(Some(found)) => found,
            Err(StoreError::Open { reason, .. } | StoreError::Corrupt { reason, .. }) => {
                vec![(Severity::Damage, reason)]
            }
            Err(StoreError::TooNew { found, known }) => {
                let newer =
                    format!("a newer release wrote it (form {found}, this one knows up to {known}): upgrade");
                vec![(Severity::Damage, newer)]
            }
            Err(error) => return Err(error),
        };
        let with_path = |(severity, told)| (severity, format!("{}: {told}", path.display()));
        let found = found.into_iter().map(with_path).chain(integrity::told_modes(loose(path)));
        let findings =
            found.map(|(severity, message)| Finding { subject: SUBJECT, severity, message }).collect();
        Ok(Some(IntegrityReport { checked: vec![SUBJECT], findings }))
    }

    /// What is wrong in the file; none when there is no file.
    fn look(&self) -> Result<Option<Vec<(Severity, String)>>> {
        let path = &self.place.path;
        if self.place.identity()?.is_none() {
            return Ok(None);
        }
        if !path.is_file() {
            return Err(StoreError::Open { reason: "it is no regular file".to_owned(), source: None });
        }
        connection::check_version()?;
        self.waiting.restart();
        let mut connection = connection::open_plain(path)?;
        connection::wait_for_locks(&mut connection, &self.waiting)?;
        let form = self.waiting.retry(|| Form::detect(&connection))?;
        backup::give_up_without(&mut connection, self.waiting.users()).doing("checking")?;
        let problems = self.waiting.retry(|| backup::problems(&connection).doing("checking pages"))?;
        let mut found: Vec<_> = problems.into_iter().map(|problem| (Severity::Damage, problem)).collect();
        if form != Form::Empty && form.is_old() {
            let old = "an older release wrote it: it is brought up to date when it is used next";
            found.push((Severity::Note, old.to_owned()));
        }
        Ok(Some(found))
    }
}

/// The file, its log and its index, those that others can use, with their modes. The directory is looked at with the memories.
fn loose(path: &Path) -> Vec<(PathBuf, u32)> {
    files::loose(path).into_iter().filter(|(file, _)| !file.is_dir()).collect()
}
