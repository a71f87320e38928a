//! The closed vocabularies of the domain, as they stand in bodies and parameters.

use std::borrow::Cow;

use app::place::coverage::GapState;
use domain::area::AreaLevel;
use domain::facility::{Circle, Datum, FacilityStanding, Metric};
use domain::index::{Aggregation, Better, IndexPeriod};
use domain::indicator::Direction;
use domain::item::kind::{
    Attendance, InspectionWay, ItemKind, Level as ItemLevel, ObjectionTo, Part as ItemPart, Series,
    SlipColour, Urgency, WhistleKind,
};
use domain::item::ledger::EvidenceStanding;
use domain::item::light::Light;
use domain::item::{Relation, Standing, State as ItemState, Step as ItemStep};
use domain::layer::LayerKind;
use domain::link::LinkForm;
use domain::milestone::{Aspect, DelayReason};
use domain::output::{Basis, Stage};
use domain::plan::{Aim, ListEntryKind};
use domain::policy::{Action, Role};
use domain::project::{Membership, Phase};
use domain::source::Grade;
use domain::subject::SubjectKind;
use domain::unit::UnitLevel;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($name:ident = $inner:ident [$($values:tt)*]: $about:literal;)*) => {$(
        #[doc = $about]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl $name {
            const WORDS: &[$inner] = &words!(@list $inner $($values)*);
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                $inner::parse(&text).map(Self).ok_or_else(|| {
                    let words: Vec<&str> = Self::WORDS.iter().map(|word| word.as_str()).collect();
                    serde::de::Error::custom(format_args!(
                        "{mark}not-one-of{mark}{}", words.join(", "), mark = crate::value::MARK
                    ))
                })
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .enum_values(Some(Self::WORDS.iter().map(|word| word.as_str())))
                        .description(Some($about))
                        .build()
                        .into(),
                )
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($inner))
            }
        }

        impl From<$inner> for $name {
            fn from(word: $inner) -> Self { Self(word) }
        }
    )*};
    (@list $inner:ident all) => { $inner::ALL };
    (@list $inner:ident $($word:ident)*) => { [$($inner::$word),*] };
}

words! {
    AspectWord = Aspect [all]: "Whose word a milestone's date is: promised to the public, planned inside, forecast, or what happened.";
    CauseWord = DelayReason [all]: "Why a date moved.";
    MembershipWord = Membership [all]: "How a project stands to its plan.";
    PhaseWord = Phase [all]: "Where a project stands, derived from its milestones.";
    StageWord = Stage [all]: "How far a quantity has come.";
    BasisWord = Basis [Net Gross]: "Net is what is added; gross includes what stood there before.";
    GradeWord = Grade [all]: "How far a record can be relied on: published, reported by the responsible unit, or illustrative.";
    DirectionWord = Direction [Up Down Neither]: "Which way is better.";
    IndexPeriodWord = IndexPeriod [all]: "How long the periods of an index are.";
    AggregationWord = Aggregation [all]: "How scores are joined: by a weighted mean, or by a geometric one, in which weak sides weigh more.";
    BetterWord = Better [all]: "Which way a value is good.";
    EntryWord = ListEntryKind [CarriedOver New]: "Whether a project was carried over from the year before.";
    AimWord = Aim [Complete Continue Prepare]: "What a project is to reach in the year.";
    AreaLevelWord = AreaLevel [all]: "The level of an area.";
    UnitLevelWord = UnitLevel [all]: "The level of a unit.";
    RoleWord = Role [all]: "A role that a person holds.";
    SubjectKindWord = SubjectKind [all]: "The kind of thing an entry is about.";
    ItemKindWord = ItemKind [all]: "The kind of an item.";
    StandingWord = Standing [all]: "How an item stands, whatever its kind.";
    LightWord = Light [all]: "The status light, computed from dates, evidence and reports by the plan's rules.";
    ItemLevelWord = ItemLevel [all]: "The level of government that answers for an item.";
    SeriesWord = Series [all]: "The series that a report or meeting belongs to.";
    UrgencyWord = Urgency [all]: "How soon an item wants doing.";
    WhistleWord = WhistleKind [all]: "What a whistle is blown for.";
    WayWord = InspectionWay [all]: "How an inspection was made.";
    ColourWord = SlipColour [all]: "The colour of a supervision slip.";
    ItemPartWord = ItemPart [all]: "A unit's part in an item that it does not lead alone.";
    RelationWord = Relation [all]: "How an item is linked, read from the item that holds the link.";
    ItemStateWord = ItemState [all]: "Where an item stands in the life cycle of its kind.";
    ItemStepWord = ItemStep [all]: "A move from state to state.";
    ObjectionWord = ObjectionTo [all]: "What a unit objects to.";
    AttendanceWord = Attendance [all]: "Who came to a meeting.";
    EvidenceWord = EvidenceStanding [all]: "What has become of an item's evidence.";
    CircleWord = Circle [all]: "The level that a standard is set for.";
    MetricWord = Metric [all]: "What a standard is a rule for: metres or minutes on foot, or capacity for a thousand people.";
    GapStateWord = GapState [all]: "Whether a gap is known to be one.";
    LayerKindWord = LayerKind [all]: "What a layer is of.";
    LinkFormWord = LinkForm [all]: "What a link is built as.";
    DatumWord = Datum [all]: "What coordinates refer to.";
    FacilityStandingWord = FacilityStanding [all]: "Whether a facility serves on a day.";
    ActionWord = Action [all]: "What the policy must allow.";
}
