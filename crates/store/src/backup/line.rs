//! The lines of a backup. Most hold a record as the store has it: its fields are those of the file.

use domain::code::Code;
use domain::journal::Seq;
use domain::layer::{LayerDigest, LayerKind};
use domain::notice::Notice;
use domain::preference::Preferences;
use domain::request::alert::{AlertPlace, AlertRhythm, AlertWish};
use domain::request::learning::{ModelAsks, ModelFigures};
use domain::request::{ModerationGround, Point};
use domain::saved_list::Sharing;
use domain::survey::WaveMode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::account::ApiToken;
use crate::area_alert::AreaAlert;
use crate::feed::Feed;
use crate::forum::ForumPost;
use crate::request_model::ModelUse;
use crate::request_passed::PassedOn;
use crate::request_person::SealedPerson;
use crate::request_privacy::Deletion;
use crate::request_reader::RequestReader;
use crate::request_update::RequestUpdate;
use crate::survey::SurveySheet;
use crate::text_message::TextMessage;

pub(super) const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    Header {
        format: u32,
        seq: u64,
        hash: String,
    },
    Entry(EntryLine),
    Account {
        person: Code,
        password: String,
        changed_at: i64,
    },
    Token(ApiToken),
    Notice {
        person: Code,
        notice: Notice,
        created_at: i64,
        read_at: Option<i64>,
    },
    Preference {
        person: Code,
        preferences: Preferences,
        changed_at: i64,
    },
    Feed(Feed),
    List {
        id: String,
        plan: Code,
        person: Code,
        name: String,
        query: String,
        sharing: Sharing,
        changed_at: i64,
    },
    /// Who asked, sealed as in the database: without the key, which is in no backup, nobody can read it.
    Person(SealedPerson),
    Follower {
        plan: Code,
        request: Code,
        follower: String,
        created_at: i64,
    },
    Reveal {
        plan: Code,
        request: Code,
        person: Code,
        at: i64,
        reason: String,
    },
    /// A photo of a request, sealed as in the database.
    Photo(PhotoLine),
    /// Who wants to be told of a request by mail, the address sealed as in the database.
    Reader(RequestReader),
    Alert(AlertLine),
    Update(RequestUpdate),
    Post(ForumPost),
    Text(TextMessage),
    /// What another server calls a request that was passed on to it.
    Passed(PassedOn),
    /// What a reader reported.
    Flag {
        plan: Code,
        request: Code,
        reader: String,
        ground: ModerationGround,
        created_at: i64,
        settled_at: Option<i64>,
    },
    Deletion(Deletion),
    /// What was learnt of requests: numbers, and no text of anybody.
    Model {
        plan: Code,
        asks: ModelAsks,
        number: u32,
        made_at: i64,
        made_by: Code,
        figures: ModelFigures,
        #[serde(with = "crate::hexed")]
        body: Vec<u8>,
    },
    ModelUse(ModelUse),
    Layer {
        plan: Code,
        kind: LayerKind,
        digest: LayerDigest,
        #[serde(with = "crate::hexed")]
        body: Vec<u8>,
    },
    /// A sheet of a survey: in the order of its random id, like the links that are written after all sheets.
    Sheet(SurveySheet),
    Invitation {
        plan: Code,
        wave: Code,
        invitation: String,
        used: bool,
    },
    Contacts {
        plan: Code,
        wave: Code,
        day: Date,
        mode: WaveMode,
        outcome: String,
        number: u64,
    },
    Results {
        plan: Code,
        wave: Code,
        body: String,
    },
    End {
        lines: u64,
        sha256: String,
    },
}

#[derive(Serialize, Deserialize)]
pub(super) struct EntryLine {
    pub seq: u64,
    pub recorded_at: i64,
    pub effective: String,
    pub actor: String,
    pub scope: String,
    pub kind: String,
    pub subject: String,
    pub event: String,
    pub source: String,
    pub reason: String,
    pub hash: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PhotoLine {
    pub plan: Code,
    pub request: Code,
    pub photo: Code,
    pub key_id: String,
    #[serde(with = "crate::hexed")]
    pub picture: Vec<u8>,
    #[serde(with = "crate::hexed")]
    pub small: Vec<u8>,
    pub size: (u32, u32),
    pub small_size: (u32, u32),
    pub created_at: i64,
    pub shown: bool,
}

/// Who wants to be told by mail of what happens in a place, the address sealed as in the database.
#[derive(Serialize, Deserialize)]
pub(super) struct AlertLine {
    plan: Code,
    alert: String,
    reader: String,
    area: Option<Code>,
    circle: Option<(Point, u32)>,
    category: Option<Code>,
    every: AlertRhythm,
    language: String,
    key_id: String,
    #[serde(with = "crate::hexed")]
    sealed: Vec<u8>,
    created_at: i64,
    confirmed_at: Option<i64>,
    stopped_at: Option<i64>,
    told: Seq,
    next_at: i64,
}

impl From<AreaAlert> for AlertLine {
    fn from(held: AreaAlert) -> Self {
        let (area, circle) = match held.wish.place {
            AlertPlace::Plan => (None, None),
            AlertPlace::Area(area) => (Some(area), None),
            AlertPlace::Circle { middle, metres } => (None, Some((middle, metres))),
        };
        Self {
            plan: held.plan,
            alert: held.alert,
            reader: held.reader,
            area,
            circle,
            category: held.wish.category,
            every: held.wish.every,
            language: held.language,
            key_id: held.key_id,
            sealed: held.sealed,
            created_at: held.created_at,
            confirmed_at: held.confirmed_at,
            stopped_at: held.stopped_at,
            told: held.told,
            next_at: held.next_at,
        }
    }
}

impl From<AlertLine> for AreaAlert {
    fn from(line: AlertLine) -> Self {
        let place = match (line.area, line.circle) {
            (Some(area), _) => AlertPlace::Area(area),
            (None, Some((middle, metres))) => AlertPlace::Circle { middle, metres },
            (None, None) => AlertPlace::Plan,
        };
        Self {
            plan: line.plan,
            alert: line.alert,
            reader: line.reader,
            wish: AlertWish { place, category: line.category, every: line.every },
            language: line.language,
            key_id: line.key_id,
            sealed: line.sealed,
            created_at: line.created_at,
            confirmed_at: line.confirmed_at,
            stopped_at: line.stopped_at,
            told: line.told,
            next_at: line.next_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field of a record that is renamed must not change the file: older backups are read by these words.
    #[test]
    fn records_are_written_by_the_words_of_the_format() {
        for text in [
            r#"{"line":"token","id":"t","person":"zhang","name":"n","hash":"h","scopes":"read","created_at":1,"expires_at":2,"revoked_at":null}"#,
            r#"{"line":"feed","id":"f","person":"zhang","covers":"all","hash":"h","created_at":1,"revoked_at":2}"#,
            r#"{"line":"list","id":"l","plan":"p","person":"zhang","name":"n","query":"q","sharing":{"unit":"u"},"changed_at":1}"#,
            r#"{"line":"person","plan":"p","request":"r","key_id":"k","sealed":"00ff1a","asker":"a","secret":"s","token":"t","created_at":1,"erased_at":null}"#,
            r#"{"line":"photo","plan":"p","request":"r","photo":"f","key_id":"k","picture":"0a","small":"0b","size":[4,3],"small_size":[2,1],"created_at":1,"shown":true}"#,
            r#"{"line":"reader","plan":"p","request":"r","reader":"d","follows":true,"language":"en","key_id":"k","sealed":"","created_at":1,"confirmed_at":2,"stopped_at":null}"#,
            r#"{"line":"alert","plan":"p","alert":"a","reader":"d","area":null,"circle":[{"longitude":116000000,"latitude":40000000},500],"category":"c","every":"week","language":"en","key_id":"k","sealed":"0c","created_at":1,"confirmed_at":null,"stopped_at":null,"told":7,"next_at":0}"#,
            r#"{"line":"update","plan":"p","request":"r","program":"g","number":"1","created_at":1}"#,
            r#"{"line":"post","plan":"p","forum":"f","post":"d","request":"r","said":"s","created_at":1,"opened":true,"turns":1}"#,
            r#"{"line":"passed","plan":"p","server":"s","request":"r","number":"1","token":"","state":"open","fault":"","tries":1,"sent_at":1,"closed_at":0,"told":4,"telling_at":0}"#,
            r#"{"line":"flag","plan":"p","request":"r","reader":"d","ground":"insult","created_at":1,"settled_at":null}"#,
            r#"{"line":"deletion","plan":"p","at":1,"kind":"contact","days":30,"count":2,"oldest":1,"newest":2}"#,
            r#"{"line":"model_use","plan":"p","asks":"category","number":1,"at":1,"person":"zhang","reason":"better"}"#,
            r#"{"line":"sheet","plan":"p","wave":"w","sheet":"s","mode":"web","day":"2019-05-01","late":false,"answers":"{}"}"#,
        ] {
            let line: Line = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(serde_json::to_string(&line).unwrap(), text);
        }
        let broken = r#"{"line":"reader","plan":"p","request":"r","reader":"d","follows":true,"language":"en","key_id":"k","sealed":"0g","created_at":1,"confirmed_at":2,"stopped_at":null}"#;
        let error = serde_json::from_str::<Line>(broken).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("no hexadecimal digits"));
    }
}
