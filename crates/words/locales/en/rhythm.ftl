rhythm-told-limit-ahead = { $name }: the limit is { $due }, { $days ->
    [one] one working day ahead
   *[other] { $days } working days ahead
}.
rhythm-told-limit-on = { $name }: today, { $due }, is the limit.
rhythm-told-limit-late = { $name }: the limit of { $due } passed { $days ->
    [one] one working day ago
   *[other] { $days } working days ago
}.
rhythm-told-return-ahead = { $name }: the return is due on { $due }.
rhythm-told-return-on = { $name }: the return is due today, { $due }.
rhythm-told-return-late = { $name }: the return was due on { $due } and has not come.
rhythm-told-return-open = The return for { $period } is open; it is due on { $due }.
rhythm-told-report-ahead = { $name }: to be issued by { $due }.
rhythm-told-report-on = { $name }: to be issued today, { $due }.
rhythm-told-report-late = { $name }: was to be issued by { $due } and is still a draft.
rhythm-told-whistle-late = Nobody has answered the whistle “{ $name }” by { $due } { $time }.
rhythm-told-whistle-raised = The whistle “{ $name }”, unanswered since { $due } { $time }, was raised a level.
rhythm-nobody-answered = nobody answered by { $limit }
rhythm-told-dispatch-late = The dispatch “{ $name }” was to be answered by { $due } { $time }; not every unit has.
rhythm-told-minutes-late = “{ $name }” was held on { $due } and its minutes are not written.
rhythm-told-slip-ahead = { $name }: to be signed for by { $due }.
rhythm-told-slip-on = { $name }: to be signed for today ({ $due }).
rhythm-told-slip-late = { $name }: to be signed for by { $due }, not signed for yet.
rhythm-told-slip = { $colour } to sign for: { $name }
slip-name = { $colour } no. { $number }: { $about }
slip-says-item-ahead = “{ $name }” is due on { $due }, { $days } working days ahead. Please finish it in time.
slip-says-item-late = “{ $name }” was due on { $due } and is { $days } working days late. Please finish it and report back.
slip-says-return-ahead = “{ $name }” is due on { $due }.
slip-says-return-late = “{ $name }” was due on { $due } and has not come for { $days } working days. Please hand it in.
slip-says-final = If it is not done before { $last }, the next slip follows.
return-series-weekly = Weekly return
return-series-monthly = Monthly return
return-series-quarterly = Quarterly return
return-series-annual = Annual return
return-name = { $series } { $period }: { $unit }
nav-returns = Returns
returns-title = Returns
returns-lead = Every unit that leads open work returns what it did in each period. Returns open and close by the calendar and begin with what the ledger says.
returns-mine = For you to fill
returns-mine-none = No return waits for you.
returns-due = due { $due }
returns-overdue = was due { $due }
returns-matrix = Who has returned
returns-matrix-none = No unit has been asked for these periods.
returns-unit = Unit
returns-not-asked = Not asked
returns-late = Overdue
returns-every-week = Weeks
returns-every-month = Months
returns-every-quarter = Quarters
returns-every-year = Years
returns-every = Periods
returns-counted = { $submitted } of { $asked } returned
returns-asked = What units ask to have decided
returns-asked-none = No unit has asked for a decision in this period.
returns-rules = Rules of the rhythm
returns-slips = Supervision slips
returns-none-in-force = This plan does not keep a rhythm: nobody is asked for returns by the program.
return-part-done = Done in the period
return-part-late = Late
return-part-in-hand = In hand
return-part-none = Nothing.
return-line-said = What you say of it
return-line-why = Why it is late, and until when
return-line-how = How far it is, and what comes next
return-next = Next steps
return-asks = What you need decided
return-ask = Matter { $number }
return-ask-hint = Each matter is put before whoever draws up the agenda.
return-from-ledger = Lines come from the ledger as of { $day } and are frozen when you submit.
return-save = Save as a draft
return-submit = Submit
return-submitted-on = Submitted on { $day }
return-submit-note = Once submitted it can be changed only after it was sent back.
return-due = Due
return-late-missing = Say why it is late.
return-next-missing = Say what comes next.
return-changed = The return was changed by someone else while you wrote. Yours is below; save again.
return-history = What happened to this return
return-report = The period’s report
return-reason = Sent back: { $reason }
return-other = This return is filled by { $unit }.
slip-list-title = Supervision slips
slip-list-lead = Slips are issued by the rules of the rhythm, numbered, and signed for by the unit.
slip-list-none = No slip meets these conditions.
slip-list-number = Number
slip-list-colour = Slip
slip-list-about = About
slip-list-issued = Issued
slip-list-signed = Signed for
slip-list-unsigned = Not signed for
slip-list-unit = To
slip-list-any = All
slip-list-open = To be signed
item-return-read = What the unit returned
item-slip-read = The paper that is signed for
slip-sign-by = To be signed by
slip-signed-by = Signed for on { $day } by { $who }
slip-sign = Sign for it
slip-sign-note = By signing, the unit says that it has received this slip. It does not close the item.
slip-rule = Issued by the rule
slip-about = What it is about
chase-title = Reminders and escalation
chase-none-in-force = This plan does not keep a rhythm.
chase-none = Nobody is chased for this item as it stands.
chase-earlier = Made for earlier limits
chase-when = When
chase-what = What
chase-who = To
chase-came = What came of it
chase-done = Done on { $day }
chase-due = Due now
chase-coming = Comes if nothing happens before
chase-lapsed = Not made
chase-rules = Rules
chase-slip = slip: { $colour }
chase-raise = raised a level
chase-limit = Limit { $day }
wait-ahead = { $n ->
    [one] one working day before
   *[other] { $n } working days before
 }
wait-on = on the day
wait-days = { $n ->
    [one] one working day after
   *[other] { $n } working days after
 }
wait-minutes = { $n ->
    [0] at the limit
   *[other] { $n } minutes after
 }
wait-hours = { $n ->
    [one] one hour after
   *[other] { $n } hours after
 }
rhythm-title = Rules of the rhythm
rhythm-lead = By these rules the program itself reminds, escalates, issues slips, and opens and closes the periods of returns. All that it does stands in the journal under the name “rhythm”.
rhythm-in-force = In force since { $since }
rhythm-in-force-until = In force from { $since } to { $until }
rhythm-not = Not in force
rhythm-not-note = Nothing is done by itself in this plan.
rhythm-over = No longer in force since { $until }
rhythm-at = What counts in working days is done at { $time }.
rhythm-watch-limit = Directives, tasks, findings and decisions, by their limit
rhythm-watch-return = Units’ returns, by their due day
rhythm-watch-report = Drafted reports, by the day they are to be issued
rhythm-watch-whistle = Whistles that nobody answers, by their time
rhythm-watch-dispatch = Dispatches that a unit does not answer, by their time
rhythm-watch-minutes = Minutes of meetings that were held, by the hour of the meeting
rhythm-watch-slip = Slips not signed for (by the day to sign)
rhythm-watch-note-limit = Only what is in the unit’s own hands is chased: not what waits to be assigned or checked, and not what rests.
rhythm-watch-note-slip = Nobody is chased for a slip once what it is about is cleared, withdrawn or suspended.
rhythm-slips = Slips are numbered as { $number } and signed for within { $n ->
    [one] a working day
   *[other] { $n } working days
} of going out.
rhythm-periods = Periods
rhythm-every = Every
rhythm-every-week = week
rhythm-every-month = month
rhythm-every-quarter = quarter
rhythm-every-year = year
rhythm-opens = Opens
rhythm-due = Due
rhythm-closes = Closes
rhythm-report = Report
rhythm-opens-on = { $n ->
    [one] on its last working day
   *[other] on working day { $n } from its end
 }
rhythm-on-day = on working day { $n } after it
rhythm-drafted = drafted by itself, out by working day { $n } after it
rhythm-not-drafted = drafted by hand, out by working day { $n } after it
rhythm-presets = Sets of rules
rhythm-presets-note = Where a set is silent it goes by the recommended one.
rhythm-start = Put a set into force
rhythm-start-note = What fell due before the first day is not made up for.
rhythm-set = Set of rules
rhythm-since = From
rhythm-until = Until (empty: without an end)
rhythm-save = Put into force
rhythm-stop = End the rhythm today
rhythm-here = in force
rhythm-version = version { $version }
desk-papers = Returns and slips for me
desk-papers-none = No return and no slip waits for you.
report-returns = Returns of units
