//! Shared spaces: their tables and their statements.

use async_trait::async_trait;
use model::{Member, Role, SharedSpace, SpaceId, SpaceName, Timestamp, UserId};
use ports::{
    MAX_MEMBERS, MAX_SPACES, MAX_SPACES_OF_ONE, MemberRemoved, MemberSet, SpaceCreated, SpaceRenamed,
    SpaceStore,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::session::Missing;
use super::{SqliteKeyStore, damaged};
use crate::error::{Result, While};

/// The tables. `created_by` is empty for the person at the command line, so that names of that person are unique, too.
pub(super) const TABLES: &str = "CREATE TABLE spaces (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at REAL NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (created_by, name)
) STRICT;
CREATE TABLE space_members (
    number INTEGER PRIMARY KEY,
    space_id TEXT NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('reader', 'writer', 'owner')),
    since REAL NOT NULL,
    UNIQUE (space_id, user_id)
) STRICT;
CREATE INDEX space_members_user ON space_members (user_id);";

const COLUMNS: &str = "spaces.id, spaces.name, spaces.created_at, spaces.created_by";

#[async_trait]
impl SpaceStore for SqliteKeyStore {
    async fn create(&self, space: SharedSpace) -> Result<SpaceCreated> {
        let created = self.writing(Missing::Create, move |file| create(file, &space)).await?;
        // A session that may create has a file to give.
        Ok(created.unwrap_or(SpaceCreated::Created))
    }

    async fn all(&self) -> Result<Vec<SharedSpace>> {
        Ok(self.reading(all).await?.unwrap_or_default())
    }

    async fn find(&self, id: &SpaceId) -> Result<Option<SharedSpace>> {
        let id = id.clone();
        Ok(self.reading(move |file| find(file, &id)).await?.flatten())
    }

    async fn rename(&self, id: &SpaceId, name: &SpaceName) -> Result<SpaceRenamed> {
        let (id, name) = (id.clone(), name.clone());
        let renamed = self.writing(Missing::Leave, move |file| rename(file, &id, &name)).await?;
        Ok(renamed.unwrap_or(SpaceRenamed::NotFound))
    }

    async fn remove(&self, id: &SpaceId) -> Result<bool> {
        let id = id.clone();
        Ok(self.writing(Missing::Leave, move |file| remove(file, &id)).await?.unwrap_or(false))
    }

    async fn members(&self, id: &SpaceId) -> Result<Vec<Member>> {
        let id = id.clone();
        Ok(self.reading(move |file| members(file, &id)).await?.unwrap_or_default())
    }

    async fn role(&self, id: &SpaceId, user: &UserId) -> Result<Option<Role>> {
        let (id, user) = (id.clone(), user.clone());
        Ok(self.reading(move |file| role(file, &id, &user)).await?.flatten())
    }

    async fn of(&self, user: &UserId) -> Result<Vec<(SharedSpace, Role)>> {
        let user = user.clone();
        Ok(self.reading(move |file| of(file, &user)).await?.unwrap_or_default())
    }

    async fn set_member(&self, id: &SpaceId, member: Member) -> Result<MemberSet> {
        let id = id.clone();
        let set = self.writing(Missing::Leave, move |file| set_member(file, &id, &member)).await?;
        Ok(set.unwrap_or(MemberSet::NotFound))
    }

    async fn remove_member(&self, id: &SpaceId, user: &UserId) -> Result<MemberRemoved> {
        let (id, user) = (id.clone(), user.clone());
        let removed = self.writing(Missing::Leave, move |file| remove_member(file, &id, &user)).await?;
        Ok(removed.unwrap_or(MemberRemoved::NotFound))
    }
}

/// Who made a space, as it is kept.
fn maker(space: &SharedSpace) -> &str {
    space.created_by.as_ref().map_or("", UserId::as_str)
}

fn create(file: &Connection, space: &SharedSpace) -> Result<SpaceCreated> {
    let by = maker(space);
    let is_taken = file
        .prepare_cached("SELECT 1 FROM spaces WHERE id = ? OR (created_by = ? AND name = ?)")
        .and_then(|mut statement| statement.exists(params![space.id.as_str(), by, space.name.as_str()]))
        .doing("looking for a space of that name")?;
    if is_taken {
        return Ok(SpaceCreated::NameTaken);
    }
    let count = "SELECT count(*), count(*) FILTER (WHERE created_by = ? AND created_by <> '') FROM spaces";
    let (all, own): (usize, usize) = file
        .prepare_cached(count)
        .and_then(|mut statement| statement.query_row([by], |row| Ok((row.get(0)?, row.get(1)?))))
        .doing("counting spaces")?;
    if all >= MAX_SPACES || own >= MAX_SPACES_OF_ONE {
        return Ok(SpaceCreated::TooMany);
    }
    file.execute(
        "INSERT INTO spaces (id, name, created_at, created_by) VALUES (:id, :name, :at, :by)",
        named_params! {
            ":id": space.id.as_str(), ":name": space.name.as_str(), ":at": space.created_at.as_seconds(), ":by": by,
        },
    )
    .doing("keeping a space")?;
    if let Some(user) = &space.created_by {
        add(file, &space.id, &Member { user: user.clone(), role: Role::Owner, since: space.created_at })?;
    }
    Ok(SpaceCreated::Created)
}

fn all(file: &Connection) -> Result<Vec<SharedSpace>> {
    let sql = format!("SELECT {COLUMNS} FROM spaces ORDER BY created_at, number");
    let mut statement = file.prepare_cached(&sql).doing("listing spaces")?;
    let rows = statement.query_map([], |row| Ok(space(row))).doing("listing spaces")?;
    rows.map(|row| row.doing("listing spaces")?).collect()
}

fn find(file: &Connection, id: &SpaceId) -> Result<Option<SharedSpace>> {
    let sql = format!("SELECT {COLUMNS} FROM spaces WHERE id = ?");
    let found = file
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([id.as_str()], |row| Ok(space(row))).optional());
    found.doing("looking for a space")?.transpose()
}

fn rename(file: &Connection, id: &SpaceId, name: &SpaceName) -> Result<SpaceRenamed> {
    let Some(space) = find(file, id)? else { return Ok(SpaceRenamed::NotFound) };
    let is_taken = file
        .prepare_cached("SELECT 1 FROM spaces WHERE created_by = ? AND name = ? AND id <> ?")
        .and_then(|mut statement| statement.exists(params![maker(&space), name.as_str(), id.as_str()]))
        .doing("looking for a space of that name")?;
    if is_taken {
        return Ok(SpaceRenamed::NameTaken);
    }
    file.execute("UPDATE spaces SET name = ? WHERE id = ?", params![name.as_str(), id.as_str()])
        .doing("renaming a space")?;
    Ok(SpaceRenamed::Renamed)
}

fn remove(file: &Connection, id: &SpaceId) -> Result<bool> {
    // By hand: whether SQLite does it by itself depends on a setting of the connection.
    file.execute("DELETE FROM space_members WHERE space_id = ?", [id.as_str()]).doing("removing members")?;
    let removed = file.execute("DELETE FROM spaces WHERE id = ?", [id.as_str()]).doing("removing a space")?;
    Ok(removed > 0)
}

fn members(file: &Connection, id: &SpaceId) -> Result<Vec<Member>> {
    let sql = "SELECT user_id, role, since FROM space_members WHERE space_id = ? ORDER BY since, number";
    let mut statement = file.prepare_cached(sql).doing("listing members")?;
    let rows = statement.query_map([id.as_str()], |row| Ok(member(row))).doing("listing members")?;
    rows.map(|row| row.doing("listing members")?).collect()
}

fn role(file: &Connection, id: &SpaceId, user: &UserId) -> Result<Option<Role>> {
    let sql = "SELECT user_id, role, since FROM space_members WHERE space_id = ? AND user_id = ?";
    let found = file.prepare_cached(sql).and_then(|mut statement| {
        statement.query_row([id.as_str(), user.as_str()], |row| Ok(member(row))).optional()
    });
    Ok(found.doing("looking for a member")?.transpose()?.map(|member| member.role))
}

fn of(file: &Connection, user: &UserId) -> Result<Vec<(SharedSpace, Role)>> {
    let sql = format!(
        "SELECT {COLUMNS}, role FROM space_members JOIN spaces ON spaces.id = space_id \
            WHERE user_id = ? ORDER BY spaces.created_at, spaces.number"
    );
    let mut statement = file.prepare_cached(&sql).doing("listing the spaces of a user")?;
    let rows = statement
        .query_map([user.as_str()], |row| Ok((space(row), row.get::<_, String>(4)?)))
        .doing("listing the spaces of a user")?;
    rows.map(|row| {
        let (space, role) = row.doing("listing the spaces of a user")?;
        Ok((space?, Role::parse(&role).ok_or_else(|| damaged("a role"))?))
    })
    .collect()
}

fn set_member(file: &Connection, id: &SpaceId, member: &Member) -> Result<MemberSet> {
    if find(file, id)?.is_none() {
        return Ok(MemberSet::NotFound);
    }
    let before = role(file, id, &member.user)?;
    if member.role != Role::Owner && before == Some(Role::Owner) && owners(file, id)? == 1 {
        return Ok(MemberSet::LastOwner);
    }
    if before.is_some() {
        file.execute(
            "UPDATE space_members SET role = ? WHERE space_id = ? AND user_id = ?",
            params![member.role.name(), id.as_str(), member.user.as_str()],
        )
        .doing("changing a role")?;
        return Ok(MemberSet::Changed);
    }
    let count: usize = file
        .prepare_cached("SELECT count(*) FROM space_members WHERE space_id = ?")
        .and_then(|mut statement| statement.query_row([id.as_str()], |row| row.get(0)))
        .doing("counting members")?;
    if count >= MAX_MEMBERS {
        return Ok(MemberSet::TooMany);
    }
    add(file, id, member)?;
    Ok(MemberSet::Added)
}

fn add(file: &Connection, id: &SpaceId, member: &Member) -> Result<()> {
    file.execute(
        "INSERT INTO space_members (space_id, user_id, role, since) VALUES (:space, :user, :role, :since)",
        named_params! {
            ":space": id.as_str(),
            ":user": member.user.as_str(),
            ":role": member.role.name(),
            ":since": member.since.as_seconds(),
        },
    )
    .doing("adding a member")
    .map(|_| ())
}

fn remove_member(file: &Connection, id: &SpaceId, user: &UserId) -> Result<MemberRemoved> {
    match role(file, id, user)? {
        None => return Ok(MemberRemoved::NotFound),
        Some(Role::Owner) if owners(file, id)? == 1 => return Ok(MemberRemoved::LastOwner),
        Some(_) => {}
    }
    file.execute(
        "DELETE FROM space_members WHERE space_id = ? AND user_id = ?",
        [id.as_str(), user.as_str()],
    )
    .doing("removing a member")?;
    Ok(MemberRemoved::Removed)
}

fn owners(file: &Connection, id: &SpaceId) -> Result<usize> {
    file.prepare_cached("SELECT count(*) FROM space_members WHERE space_id = ? AND role = 'owner'")
        .and_then(|mut statement| statement.query_row([id.as_str()], |row| row.get(0)))
        .doing("counting owners")
}

/// A row as a space. A row that no release of ours wrote is damage, and nobody is let in by it.
fn space(row: &Row<'_>) -> Result<SharedSpace> {
    let columns = || -> rusqlite::Result<_> {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, f64>(2)?,
            row.get::<_, String>(3)?,
        ))
    };
    let (id, name, created_at, by) = columns().doing("reading a space")?;
    let maker = (!by.is_empty()).then(|| UserId::parse(&by)).transpose();
    Ok(SharedSpace {
        id: SpaceId::parse(&id).map_err(|_| damaged("an id"))?,
        name: SpaceName::new(&name).map_err(|_| damaged("a name"))?,
        created_at: Timestamp::from_seconds(created_at).ok_or_else(|| damaged("a time"))?,
        created_by: maker.map_err(|_| damaged("an id"))?,
    })
}

fn member(row: &Row<'_>) -> Result<Member> {
    let columns = || -> rusqlite::Result<_> {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, f64>(2)?))
    };
    let (user, role, since) = columns().doing("reading a member")?;
    Ok(Member {
        user: UserId::parse(&user).map_err(|_| damaged("an id"))?,
        role: Role::parse(&role).ok_or_else(|| damaged("a role"))?,
        since: Timestamp::from_seconds(since).ok_or_else(|| damaged("a time"))?,
    })
}
