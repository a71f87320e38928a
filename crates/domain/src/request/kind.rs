//! The words that describe a request.

use crate::item::kind::texts;

pub use crate::item::kind::Urgency;

texts! {
    /// What the resident wants.
    RequestKind {
        Complaint => "complaint",
        Help => "help",
        Question => "question",
        Suggestion => "suggestion",
        /// An offence is reported.
        Offence => "offence",
        Praise => "praise",
    }
}

texts! {
    /// The way by which it came in.
    Channel {
        Hotline => "hotline",
        /// The community website's own intake (直通车).
        DirectChannel => "direct_channel",
        Site => "site",
        Paper => "paper",
        Email => "email",
        Open311 => "open311",
    }
}

texts! {
    /// Why a request is not taken up.
    RefusalGround {
        NotOfGovernment => "not_of_government",
        InCourt => "in_court",
        Settled => "settled",
        OutsideArea => "outside_area",
        NoMatter => "no_matter",
        Unlawful => "unlawful",
    }
}

texts! {
    /// What a photo shows.
    PhotoShows {
        /// What somebody asks about.
        Matter => "matter",
        /// The spot before a unit did something about it.
        Before => "before",
        /// The spot when it was done.
        After => "after",
    }
}

texts! {
    /// How a resident was spoken to.
    CallWay { Phone => "phone", Link => "link", Sms => "sms", Visit => "visit" }
}

impl CallWay {
    /// Whether whoever asked writes by it themselves; by the others somebody puts down what was said.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Link | Self::Sms)
    }
}

texts! {
    Solved { Yes => "yes", Partly => "partly", No => "no" }
}

texts! {
    /// From best to worst.
    Satisfaction {
        VerySatisfied => "very_satisfied",
        Satisfied => "satisfied",
        BasicallySatisfied => "basically_satisfied",
        Dissatisfied => "dissatisfied",
        VeryDissatisfied => "very_dissatisfied",
    }
}

texts! {
    /// What a clock counts down to.
    ClockKind {
        /// A unit is to be given the request.
        Assignment => "assignment",
        /// The resident is to be spoken to: the response.
        Response => "response",
        /// The resident is to have an answer.
        Resolution => "resolution",
    }
}

texts! {
    /// Why a request does not count in its unit's rates (剔除).
    ExclusionGround {
        Ended => "ended",
        Withdrawn => "withdrawn",
        Refused => "refused",
        Malicious => "malicious",
        OutsideArea => "outside_area",
        ForceMajeure => "force_majeure",
        NotItsDuty => "not_its_duty",
        /// The resident meant another unit, another request or another mark.
        MistakenRating => "mistaken_rating",
        /// What was put down of the call-back or of the first word is wrong.
        WrongRecord => "wrong_record",
    }
}

impl Solved {
    /// What a call-back that says so asks for.
    pub fn reopens(self) -> bool {
        self == Self::No
    }
}
