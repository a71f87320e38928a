//! The kinds of item on the ledger, and the words that describe one.

/// Gives an enum its stable texts: those of the journal, the database and addresses.
macro_rules! texts {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident => $text:literal),* $(,)? }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$inner])* $variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$(Self::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text)
            }
        }
    };
}
pub(crate) use texts;

texts! {
    /// What kind of thing is to be delivered. Projects and their milestones stand on the same ledger,
    /// but are kept as [`project`](crate::project)s.
    ItemKind {
        /// A leader's written instruction.
        Directive => "directive",
        /// Work split out of a directive or set by the task force, on the books until cleared.
        TrackedTask => "tracked_task",
        /// The supervision office checks on the spot.
        Inspection => "inspection",
        /// What an inspection found, to be put right.
        Finding => "finding",
        /// What a meeting decided, to be carried out.
        Decision => "decision",
        /// A subdistrict calls departments to the spot.
        Whistle => "whistle",
        /// A unit reports in, unasked or to a whistle.
        ReportIn => "report_in",
        /// Something practical a unit does for residents unasked.
        GoodDeed => "good_deed",
        /// A leader's visit to the area.
        Visit => "visit",
        /// A joint meeting or a monthly dispatch.
        Meeting => "meeting",
        /// One matter put to all sides at once, to be answered by a time.
        Dispatch => "dispatch",
        /// A unit's short report for a period.
        Return => "return",
        /// A weekly, monthly, special or research report, or an annual statement.
        Report => "report",
        /// A supervision slip sent to a unit.
        Slip => "slip",
        /// What a community lacks, on the five parties' list.
        Need => "need",
        /// What one of the five parties can give.
        Resource => "resource",
    }
}

texts! {
    /// The level of government that answers for an item.
    Level { City => "city", District => "district" }
}

texts! {
    /// How soon an item wants doing. Limits go by it.
    Urgency {
        Ordinary => "ordinary",
        Urgent => "urgent",
        /// At once.
        Immediate => "immediate",
        /// A long matter: reported on every week until it is closed.
        Long => "long",
    }
}

texts! {
    /// A unit's part in an item that it does not lead alone.
    Part { JointLead => "joint_lead", Supporting => "supporting" }
}

texts! {
    /// The series that a report or meeting belongs to.
    Series {
        Weekly => "weekly",
        Monthly => "monthly",
        Quarterly => "quarterly",
        Special => "special",
        Research => "research",
        Annual => "annual",
        /// Of a year, by what was promised, delivered, used and felt.
        Evaluation => "evaluation",
        Joint => "joint",
        Dispatch => "dispatch",
    }
}

texts! {
    /// What a whistle is blown for.
    WhistleKind {
        /// What residents ask for and the subdistrict cannot solve.
        Request => "request",
        KeyWork => "key_work",
        JointEnforcement => "joint_enforcement",
        Emergency => "emergency",
    }
}

texts! {
    /// How an inspection was made.
    InspectionWay {
        SelfCheck => "self_check",
        Hearing => "hearing",
        Announced => "announced",
        Unannounced => "unannounced",
        Talks => "talks",
        Papers => "papers",
        Leads => "leads",
        Summons => "summons",
        Online => "online",
    }
}

texts! {
    /// What a unit objects to.
    ObjectionTo { Duty => "duty", Date => "date" }
}

texts! {
    Attendance { Present => "present", Excused => "excused", Observing => "observing", Absent => "absent" }
}

texts! {
    /// In which form a unit reports in.
    ReportInForm {
        /// With the enforcement force of the joint platform.
        Enforcement => "enforcement",
        /// Cadres who look after a street or lane.
        StreetChief => "street_chief",
        /// Party bodies and members, where they work and where they live.
        PartyMembers => "party_members",
        CleanUp => "clean_up",
    }
}

texts! {
    /// The five parties that govern a community together.
    Party {
        PartyOrganisation => "party_organisation",
        ResidentsCommittee => "residents_committee",
        OwnersCommittee => "owners_committee",
        PropertyManager => "property_manager",
        /// A social organisation or a unit that resides in the community.
        SocialOrganisation => "social_organisation",
    }
}

texts! {
    SlipColour { Blue => "blue", Orange => "orange", Red => "red" }
}

impl ItemKind {
    /// Kinds that are handled as tasks: assigned, done, checked, cleared.
    pub const TASKS: [ItemKind; 3] = [Self::TrackedTask, Self::Finding, Self::Decision];

    pub fn is_task(self) -> bool {
        Self::TASKS.contains(&self)
    }

    /// Kinds that a unit must lead from the moment they are registered.
    pub fn needs_lead(self) -> bool {
        matches!(
            self,
            Self::ReportIn | Self::GoodDeed | Self::Return | Self::Slip | Self::Whistle | Self::Inspection
        )
    }
}
