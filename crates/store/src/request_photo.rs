//! Photos of requests: sealed bytes, kept apart from the journal, that are erased for good.

use domain::code::Code;
use domain::request::Request;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A photo as it is kept. `picture` and `small` are opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPhoto {
    pub plan: Code,
    /// The digest of what can be seen.
    pub photo: Code,
    pub key_id: String,
    pub picture: Vec<u8>,
    pub small: Vec<u8>,
    pub size: (u32, u32),
    pub small_size: (u32, u32),
    pub created_at: i64,
    /// Whether everybody may see it, where the request is shown.
    pub shown: bool,
}

/// A photo without its bytes: how large its small picture is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoSize {
    pub photo: Code,
    pub small_size: (u32, u32),
}

/// Where a photo belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoOf<'a> {
    Request(&'a Code),
    /// It waits under the digest of a link's secret.
    Draft(&'a str),
}

impl PhotoOf<'_> {
    fn request(&self) -> &str {
        match self {
            Self::Request(code) => code.as_str(),
            Self::Draft(_) => "",
        }
    }

    fn draft(&self) -> &str {
        match self {
            Self::Request(_) => "",
            Self::Draft(digest) => digest,
        }
    }
}

const COLUMNS: &str = "plan, photo, key_id, picture, small, width, height, small_width, small_height, created_at, \
     shown";

fn side(row: &Row, at: usize) -> Result<u32> {
    u32::try_from(row.int(at)?).map_err(damaged)
}

fn sealed(row: &Row) -> Result<SealedPhoto> {
    Ok(SealedPhoto {
        plan: row.code(0)?,
        photo: row.code(1)?,
        key_id: row.text(2)?.to_owned(),
        picture: row.bytes(3)?.to_vec(),
        small: row.bytes(4)?.to_vec(),
        size: (side(row, 5)?, side(row, 6)?),
        small_size: (side(row, 7)?, side(row, 8)?),
        created_at: row.int(9)?,
        shown: row.int(10)? != 0,
    })
}

impl Connection {
    /// The sealed bytes of a photo: as it is looked at, or small.
    pub fn photo_bytes(
        &mut self,
        plan: &Code,
        of: PhotoOf,
        photo: &Code,
        small: bool,
    ) -> Result<Option<Vec<u8>>> {
        let column = if small { "small" } else { "picture" };
        self.first(
            &format!(
                "SELECT {column} FROM request_photo WHERE plan = $1 AND request = $2 AND draft = $3 AND photo = $4"
            ),
            &[plan.as_str().into(), of.request().into(), of.draft().into(), photo.as_str().into()],
            |row| Ok(row.bytes(0)?.to_vec()),
        )
    }

    /// The photos there are, without their bytes, in the order in which they came.
    pub fn photo_sizes(&mut self, plan: &Code, of: PhotoOf) -> Result<Vec<PhotoSize>> {
        self.rows(
            "SELECT photo, small_width, small_height FROM request_photo \
             WHERE plan = $1 AND request = $2 AND draft = $3 ORDER BY created_at, photo LIMIT 100",
            &[plan.as_str().into(), of.request().into(), of.draft().into()],
            |row| Ok(PhotoSize { photo: row.code(0)?, small_size: (side(row, 1)?, side(row, 2)?) }),
        )
    }

    /// The photos that everybody may see of some requests, where these are shown, in the order in which they came.
    pub fn shown_photos(&mut self, plan: &Code, requests: &[&str]) -> Result<Vec<(Code, Code)>> {
        let mut out = Vec::new();
        for part in requests.chunks(500) {
            let places: Vec<String> = (2..part.len() + 2).map(|at| format!("${at}")).collect();
            let sql = format!(
                "SELECT request, photo FROM request_photo WHERE plan = $1 AND request IN ({}) AND shown = 1 \
                 ORDER BY request, created_at, photo",
                places.join(", ")
            );
            let mut params = vec![Param::Text(plan.as_str())];
            params.extend(part.iter().map(|code| Param::Text(code)));
            out.extend(self.rows(&sql, &params, |row| Ok((row.code(0)?, row.code(1)?)))?);
        }
        Ok(out)
    }

    /// Says of each photo what the journal says of it.
    pub(crate) fn show_photos(&mut self, plan: &Code, request: &Request) -> Result<()> {
        for held in &request.photos {
            let shown = held.shown == Some(true) && !held.gone;
            self.send(
                "UPDATE request_photo SET shown = $4 WHERE plan = $1 AND request = $2 AND draft = '' AND photo = $3",
                &[
                    plan.as_str().into(),
                    request.code.as_str().into(),
                    held.photo.as_str().into(),
                    Param::Int(i64::from(shown)),
                ],
            )?;
        }
        Ok(())
    }

    /// Photos of requests in the order of their places, for a backup: few at a time, they are large.
    pub(crate) fn photos_after(
        &mut self,
        after: (&str, &str, &str),
        limit: usize,
    ) -> Result<Vec<(Code, SealedPhoto)>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS}, request FROM request_photo WHERE draft = '' AND (plan > $1 OR (plan = $1 AND \
                 (request > $2 OR (request = $2 AND photo > $3)))) ORDER BY plan, request, photo LIMIT {limit}"
            ),
            &[after.0.into(), after.1.into(), after.2.into()],
            |row| Ok((row.code(11)?, sealed(row)?)),
        )
    }
}

impl Tx<'_> {
    /// Keeps a photo; once.
    pub fn put_photo(&mut self, of: PhotoOf, held: &SealedPhoto) -> Result<()> {
        let number = |(a, b): (u32, u32)| [Param::Int(i64::from(a)), Param::Int(i64::from(b))];
        let ([width, height], [small_width, small_height]) = (number(held.size), number(held.small_size));
        self.writing().send(
            "INSERT INTO request_photo (plan, request, draft, photo, key_id, picture, small, width, height, \
             small_width, small_height, created_at, shown) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             ON CONFLICT (plan, request, draft, photo) DO NOTHING",
            &[
                held.plan.as_str().into(),
                of.request().into(),
                of.draft().into(),
                held.photo.as_str().into(),
                Param::Text(&held.key_id),
                Param::Bytes(&held.picture),
                Param::Bytes(&held.small),
                width,
                height,
                small_width,
                small_height,
                Param::Int(held.created_at),
                Param::Int(i64::from(held.shown)),
            ],
        )
    }

    /// As the journal says of each photo: for those whose bytes were put after it said so.
    pub fn show_photos(&mut self, plan: &Code, request: &Request) -> Result<()> {
        self.writing().show_photos(plan, request)
    }

    /// The photos there are, within a change.
    pub fn photo_sizes(&mut self, plan: &Code, of: PhotoOf) -> Result<Vec<PhotoSize>> {
        self.connection.photo_sizes(plan, of)
    }

    /// Gives the photos that wait under a secret to the request that was sent with it.
    pub fn settle_drafts(&mut self, plan: &Code, draft: &str, request: &Code) -> Result<()> {
        self.writing().send(
            "UPDATE request_photo SET request = $3, draft = '' WHERE plan = $1 AND request = '' AND draft = $2",
            &[plan.as_str().into(), draft.into(), request.as_str().into()],
        )
    }

    /// Takes a photo away for good.
    pub fn drop_photo(&mut self, plan: &Code, of: PhotoOf, photo: &Code) -> Result<()> {
        self.writing().send(
            "DELETE FROM request_photo WHERE plan = $1 AND request = $2 AND draft = $3 AND photo = $4",
            &[plan.as_str().into(), of.request().into(), of.draft().into(), photo.as_str().into()],
        )
    }

    /// Forgets drafts from before a moment, and the oldest ones where there are more than so many.
    pub fn clear_drafts(&mut self, before: i64, most: u64) -> Result<()> {
        let connection = self.writing();
        let drop_until = |connection: &mut Connection, last: i64| {
            let sql = "DELETE FROM request_photo WHERE draft <> '' AND created_at <= $1";
            connection.execute(sql, &[Param::Int(last)])
        };
        drop_until(connection, before - 1)?;
        let beyond = connection.first(
            "SELECT created_at FROM request_photo WHERE draft <> '' ORDER BY created_at DESC LIMIT 1 OFFSET $1",
            &[Param::from(most)],
            |row| row.int(0),
        )?;
        if let Some(last) = beyond {
            drop_until(connection, last)?;
        }
        Ok(())
    }
}
