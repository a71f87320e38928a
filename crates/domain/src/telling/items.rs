//! What is told of items, by what was recorded of one and what it became.

use std::collections::BTreeSet;

use super::{Audience, Matter};
use crate::code::Code;
use crate::item::kind::{InspectionWay, ItemKind};
use crate::item::{Item, ItemFact, State, Step};
use crate::named::Named;
use crate::notice::{Said, Topic, Value};

/// What a change of an item comes to for others, the weightiest first. `unit_name` names units.
pub fn of_item(
    before: Option<&Item>,
    after: &Item,
    facts: &[&ItemFact],
    unit_name: &dyn Fn(&Code) -> Named,
) -> Vec<Matter> {
    if is_secret(after) {
        return Vec::new();
    }
    let mut teller = Teller { item: after, unit_name, out: Vec::new() };
    if facts.iter().any(|fact| matches!(fact, ItemFact::Kind { .. })) {
        teller.registered();
    }
    for fact in facts {
        teller.fact(fact, before);
    }
    if let Some(before) = before.filter(|before| is_handed_out(before) && is_handed_out(after)) {
        teller.compared(before);
    }
    teller.out
}

/// An inspection that comes without a word is told to nobody before it is over.
pub(super) fn is_secret(item: &Item) -> bool {
    item.kind == ItemKind::Inspection
        && matches!(item.way, Some(InspectionWay::Unannounced | InspectionWay::Leads))
        && matches!(item.state, State::Planned | State::Ordered | State::Withdrawn)
}

/// Whether those it is for have been told of it.
fn is_handed_out(item: &Item) -> bool {
    !(item.state == State::Registered || item.kind == ItemKind::Inspection && item.state == State::Planned)
}

struct Teller<'a> {
    item: &'a Item,
    unit_name: &'a dyn Fn(&Code) -> Named,
    out: Vec<Matter>,
}

impl Teller<'_> {
    fn units(&self) -> BTreeSet<Audience> {
        self.item.all_units().cloned().map(Audience::Unit).collect()
    }

    fn person(&self) -> BTreeSet<Audience> {
        self.item.person.iter().cloned().map(Audience::Person).collect()
    }

    /// Those who have it in hand.
    fn hands(&self) -> BTreeSet<Audience> {
        let lead = self.item.lead_unit.iter().cloned().map(Audience::Unit);
        lead.chain(self.person()).collect()
    }

    /// Everybody with a part in it.
    fn all(&self) -> BTreeSet<Audience> {
        self.units().into_iter().chain(self.person()).collect()
    }

    /// Those who check it, and whoever handed it out.
    fn supervisors(&self) -> BTreeSet<Audience> {
        let assigned = self.item.moves.iter().rev().find(|it| it.step == Step::Assign);
        let by = assigned.and_then(|it| it.by.clone()).map(Audience::Person);
        by.into_iter().chain([Audience::Supervisors(self.item.level)]).collect()
    }

    /// Those who called, for a whistle.
    fn callers(&self) -> BTreeSet<Audience> {
        match &self.item.caller {
            Some(caller) => BTreeSet::from([Audience::Unit(caller.clone())]),
            None => self.supervisors(),
        }
    }

    fn topic(&self) -> Topic {
        match self.item.kind {
            ItemKind::Directive => Topic::Directive,
            ItemKind::Meeting => Topic::Meeting,
            ItemKind::Return | ItemKind::Report => Topic::Report,
            _ => Topic::Item,
        }
    }

    fn said(&self, name: &str) -> Said {
        Said::new(format!("told-{name}")).with("name", Value::Named(self.item.name.clone()))
    }

    /// A sentence that speaks of the unit that has it in hand.
    fn of_lead(&self, name: &str) -> Said {
        match &self.item.lead_unit {
            Some(unit) => self.said(name).with("unit", Value::Named((self.unit_name)(unit))),
            None => self.said(name).text("unit", self.item.code.as_str()),
        }
    }

    fn of_unit(&self, name: &str, unit: &Code) -> Said {
        self.said(name).with("unit", Value::Named((self.unit_name)(unit)))
    }

    fn tell(&mut self, name: &'static str, said: Said, to: BTreeSet<Audience>) {
        self.put(name, false, said, to);
    }

    fn put(&mut self, name: &'static str, urgent: bool, said: Said, to: BTreeSet<Audience>) {
        if !to.is_empty() {
            let topic = self.topic();
            self.out.push(Matter { name, topic, urgent, said, to });
        }
    }

    fn registered(&mut self) {
        let answer = |said: Said, item: &Item| match item.answer_by {
            Some(at) => said.text("time", at.strftime("%Y-%m-%d %H:%M").to_string()),
            None => said.text("time", ""),
        };
        match self.item.kind {
            ItemKind::Directive => {
                self.tell("directive-new", self.said("directive-new"), self.supervisors());
            }
            // Whoever is called must come at any hour.
            ItemKind::Whistle => {
                let said = answer(self.said("whistle-called"), self.item);
                let said = match &self.item.caller {
                    Some(caller) => said.with("unit", Value::Named((self.unit_name)(caller))),
                    None => said.text("unit", ""),
                };
                self.put("whistle-called", true, said, self.all());
            }
            ItemKind::Dispatch => {
                self.put(
                    "dispatch-called",
                    true,
                    answer(self.said("dispatch-called"), self.item),
                    self.all(),
                );
            }
            ItemKind::Meeting => self.invited("meeting-invited"),
            ItemKind::Slip => self.tell("slip-issued", self.said("slip-issued"), self.hands()),
            _ => {}
        }
    }

    fn invited(&mut self, name: &'static str) {
        if let Some((at, place)) = &self.item.appointment {
            let said = self
                .said(name)
                .text("time", at.strftime("%Y-%m-%d %H:%M").to_string())
                .text("place", place.clone());
            self.tell(name, said, self.attending());
        }
    }

    /// Those who are asked to a meeting.
    fn attending(&self) -> BTreeSet<Audience> {
        let named = self.item.attendance.iter().map(|(unit, ..)| Audience::Unit(unit.clone()));
        named.chain(self.all()).collect()
    }

    fn fact(&mut self, fact: &ItemFact, before: Option<&Item>) {
        match fact {
            ItemFact::Move { step, .. } => self.moved(*step, before),
            ItemFact::ExtensionAsked { until, .. } => {
                let said = self.of_lead("extension-asked").with("due", Value::Date(*until));
                self.tell("extension-asked", said, self.supervisors());
            }
            ItemFact::ExtensionDecided { granted, .. } => {
                let name = if *granted { "extension-granted" } else { "extension-refused" };
                self.tell(name, self.said(name), self.hands());
            }
            ItemFact::EvidenceChecked { key, accepted, .. } => {
                let name = if *accepted { "evidence-accepted" } else { "evidence-refused" };
                let line = self.item.evidence.iter().find(|line| line.key == *key);
                let title = line.map_or(key.to_string(), |line| line.title.clone());
                let by = line.and_then(|line| line.by.clone()).map(Audience::Person);
                self.tell(
                    name,
                    self.said(name).text("title", title),
                    self.hands().into_iter().chain(by).collect(),
                );
            }
            ItemFact::Answer { unit, .. } => {
                let name = if self.item.kind == ItemKind::Dispatch {
                    "dispatch-answered"
                } else {
                    "whistle-answered"
                };
                self.tell(name, self.of_unit(name, unit), self.callers());
            }
            ItemFact::Arrival { unit, people, .. } => {
                let said =
                    self.of_unit("whistle-arrived", unit).with("people", Value::Number(i64::from(*people)));
                self.tell("whistle-arrived", said, self.callers());
            }
            ItemFact::Mark { unit, mark, veto, .. } => {
                let name = if *veto { "whistle-vetoed" } else { "whistle-marked" };
                let said = self.of_unit(name, unit).with("mark", Value::Number(i64::from(*mark)));
                self.tell(name, said, BTreeSet::from([Audience::Unit(unit.clone())]));
            }
            ItemFact::Minutes { .. } if self.item.state == State::Minuted => {
                self.tell("minutes", self.said("minutes"), self.attending());
            }
            _ => {}
        }
    }

    fn moved(&mut self, step: Step, before: Option<&Item>) {
        use ItemKind as K;
        let (name, to) = match (self.item.kind, step) {
            (_, Step::Assign) => return self.assigned(),
            (_, Step::Object) => ("objected", self.supervisors()),
            (_, Step::UpholdObjection) => ("objection-upheld", self.former_hands(before)),
            (_, Step::RejectObjection) => ("objection-rejected", self.hands()),
            (_, Step::ReportDone) => ("reported-done", self.supervisors()),
            (K::Need | K::Resource, Step::SendBack) => return,
            (_, Step::SendBack) => ("sent-back", self.hands()),
            (_, Step::Verify) => ("verified", self.hands()),
            (K::Dispatch, Step::Close) => ("closed", self.all()),
            (_, Step::Clear) => ("cleared", self.all()),
            (_, Step::Suspend) => ("suspended", self.all()),
            (_, Step::Resume) => ("resumed", self.all()),
            (K::Meeting, Step::Withdraw) => ("meeting-cancelled", self.attending()),
            // Nobody had been told of it.
            (_, Step::Withdraw) if before.is_some_and(|before| !is_handed_out(before)) => return,
            (_, Step::Withdraw) => ("withdrawn", self.all()),
            (K::Inspection, Step::Order) => ("inspection-ordered", self.hands()),
            (K::Inspection, Step::Conclude) => ("inspection-concluded", self.hands()),
            (K::Inspection, Step::AskReview) => ("review-asked", self.supervisors()),
            (K::Inspection, Step::DecideReview) => ("review-decided", self.hands()),
            (K::Inspection, Step::Rectify) => ("to-be-rectified", self.hands()),
            (K::Inspection, Step::Recheck) => ("rechecked", self.hands()),
            (K::Whistle, Step::Raise) => {
                let above = [Audience::Above(self.item.level)];
                ("whistle-raised", self.all().into_iter().chain(self.callers()).chain(above).collect())
            }
            (K::Whistle, Step::Solve) => ("whistle-solved", self.all()),
            (K::Meeting, Step::Minute) => ("minutes", self.attending()),
            (K::Return, Step::Submit) => ("return-submitted", self.supervisors()),
            (K::Return, Step::Excuse) => ("return-excused", self.hands()),
            (K::Report, Step::Issue) => ("report-issued", BTreeSet::from([Audience::Readers])),
            (K::Slip, Step::Sign) => ("slip-signed", self.supervisors()),
            (K::Need | K::Resource, Step::Match) => ("matched", self.hands()),
            (K::Need | K::Resource, Step::Meet) => ("met", self.hands()),
            _ => return,
        };
        let urgent = name == "whistle-raised";
        self.put(name, urgent, self.of_lead(name), to);
    }

    /// The unit that objected may have been taken off the item together with its objection's success.
    fn former_hands(&self, before: Option<&Item>) -> BTreeSet<Audience> {
        let former = before.and_then(|before| before.lead_unit.clone()).map(Audience::Unit);
        self.hands().into_iter().chain(former).collect()
    }

    fn assigned(&mut self) {
        self.in_charge();
        let lead = self.item.lead_unit.iter().cloned().map(Audience::Unit).collect();
        self.assigned_to(lead);
        let supporting = self.item.supporting_units.iter().map(|(unit, _)| Audience::Unit(unit.clone()));
        self.tell("supports", self.said("supports"), supporting.collect());
    }

    fn in_charge(&mut self) {
        let said = self.of_lead("in-charge");
        self.tell("in-charge", said, self.person());
    }

    fn assigned_to(&mut self, to: BTreeSet<Audience>) {
        let said = match self.item.due {
            Some(due) => self.of_lead("assigned-due").with("due", Value::Date(due)),
            None => self.of_lead("assigned"),
        };
        self.tell("assigned", said, to);
    }

    /// What an item that was handed out says differently now.
    fn compared(&mut self, before: &Item) {
        let item = self.item;
        if item.person != before.person {
            self.in_charge();
        }
        if item.lead_unit != before.lead_unit {
            self.assigned_to(item.lead_unit.iter().cloned().map(Audience::Unit).collect());
        }
        let known = |unit: &Code| before.all_units().any(|held| held == unit);
        let joined: BTreeSet<Audience> = item
            .supporting_units
            .iter()
            .filter(|(unit, _)| !known(unit))
            .map(|(unit, _)| Audience::Unit(unit.clone()))
            .collect();
        if item.kind == ItemKind::Meeting {
            if item.appointment.is_some() && item.appointment != before.appointment {
                self.invited("meeting-moved");
            } else {
                self.newly_invited(before);
            }
        } else {
            self.tell("supports", self.said("supports"), joined);
        }
        if let Some(due) = item.due.filter(|_| before.due.is_some() && before.due != item.due) {
            let said = self.said("due-moved").with("due", Value::Date(due));
            self.tell("due-moved", said, self.all());
        }
    }

    fn newly_invited(&mut self, before: &Item) {
        let asked = |item: &Item| -> BTreeSet<Code> {
            item.all_units().cloned().chain(item.attendance.iter().map(|(unit, ..)| unit.clone())).collect()
        };
        let held = asked(before);
        let new: BTreeSet<Audience> =
            asked(self.item).into_iter().filter(|unit| !held.contains(unit)).map(Audience::Unit).collect();
        if let (Some((at, place)), false, State::Planned) =
            (&self.item.appointment, new.is_empty(), self.item.state)
        {
            let said = self
                .said("meeting-invited")
                .text("time", at.strftime("%Y-%m-%d %H:%M").to_string())
                .text("place", place.clone());
            self.tell("meeting-invited", said, new);
        }
    }
}
