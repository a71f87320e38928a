rhythm-watch-request = Limit of a request
rhythm-watch-note-request = Only what is in the unit's hands is chased: given out, signed for, in progress, re-opened. What waits for the resident or was merged is not; what is on the books is chased by its own day.
rhythm-watch-books = On the books
rhythm-watch-note-books = What is on the books is looked at again after the months that the rules say; a word recorded meanwhile counts as a look.
rhythm-told-request-ahead = Request “{ $name }”: due { $due } { $time }, { $days ->
    [one] one working day left
   *[other] { $days } working days left
}.
rhythm-told-request-on = Request “{ $name }”: due today at { $time }.
rhythm-told-request-late = Request “{ $name }”: was due { $due } { $time }.
rhythm-told-books-ahead = Request “{ $name }” is on the books: to be looked at again by { $due }.
rhythm-told-books-on = Request “{ $name }” is on the books: to be looked at again today.
rhythm-told-books-late = Request “{ $name }” is on the books: it was to be looked at again by { $due }; nothing was recorded since.
rhythm-watch-desk = What the request desk has to do
rhythm-watch-note-desk = Requests that nobody was given yet, and what units and residents asked: to hand one back, to take one up again. “The unit” is everybody here who may take requests in for the place.
rhythm-told-desk-ahead = Request “{ $name }” waits for the desk: to be given out or decided by { $due } { $time }.
rhythm-told-desk-on = Request “{ $name }” waits for the desk: to be given out or decided today by { $time }.
rhythm-told-desk-late = Request “{ $name }” waits for the desk: it was to be given out or decided by { $due } { $time }.
rhythm-watch-asked = More time and the books
rhythm-watch-note-asked = Requests for which a unit has asked the office above it for more time, or to put them on the books, until that is decided.
rhythm-told-asked-ahead = Request “{ $name }”: more time or the books are asked for, to be decided by { $due } { $time }.
rhythm-told-asked-on = Request “{ $name }”: more time or the books are asked for, to be decided today by { $time }.
rhythm-told-asked-late = Request “{ $name }”: more time or the books are asked for; it was to be decided by { $due } { $time }.
slip-says-request-ahead = Request “{ $name }” is due by { $due }. Please answer in time.
slip-says-request-late = Request “{ $name }” was due by { $due } and is { $days ->
    [one] one working day
   *[other] { $days } working days
} late. Please see to it and answer the resident.
wait-hours-ahead = { $n ->
    [one] one hour before
   *[other] { $n } hours before
}
request-chase-title = Reminders and escalation
request-held-by = { $who } is working on this request (until { $until }). You can read it; if both of you save, you are first shown what they recorded.
field-request-step = Step
field-request-state = State
field-request-event = Record
field-request-unit = Unit
field-request-category = Category
field-request-solved = Solved
field-request-satisfaction = Satisfaction
field-request-toward = Linked to
request-fact-intake = What came in
request-fact-place = Place
request-fact-urgency = Urgency
request-fact-details = Answers to questions
request-fact-clock = Limit
request-fact-supporting-unit = Supporting unit added
request-fact-supporting-unit-gone = Supports it no longer
request-fact-contact = Resident spoken to
request-fact-answer = Answer
request-fact-word = Resident's addition
request-fact-note = Internal note
request-fact-call-back = Call-back
request-fact-extension-asked = Extension asked
request-fact-extension-decided = Extension decided
request-fact-books-asked = Books asked for
request-fact-books-decided = Books decided
request-fact-link = Link
request-fact-parent = Part of another request
request-fact-exclusion-asked = Exclusion asked
request-fact-exclusion-decided = Exclusion decided
request-fact-publication = Publication
request-fact-chased = Reminder
request-fact-erased = Personal data erased
bulk-title = Many at once
bulk-lead = { $count ->
    [one] One request is selected. It is saved by itself; if it cannot be done, you are told why.
   *[other] The same for { $count } selected requests. Each is saved by itself: what cannot be done is told with its reason, the others are done.
}
bulk-choose = Selected requests
bulk-act = What to do
bulk-next = Next
bulk-select = Select { $code }
bulk-none = No request is selected. Go back to the list and tick some.
bulk-too-many = At most { $most } at once.
bulk-go = Do it
bulk-done = { $count ->
    [one] One is done.
   *[other] { $count } are done.
}
bulk-refused = { $count ->
    [one] One was not done; the reason stands below.
   *[other] { $count } were not done; the reasons stand below.
}
bulk-result = What came of it
bulk-head-request = Request
bulk-head-came = Result
bulk-back = Back to the list
bulk-all-done = Done: now “{ $state }”
bulk-field-reply = Reply template
bulk-field-reply-hint = Number, place and the like are filled in for each. With a template the answer below is not needed.
bulk-answer-missing = Choose a template or write an answer.
request-act-whistle = Blow the whistle
request-whistle = Whistle
topic-frozen-rates = Rates published
rates-freeze = Publish
rates-freeze-title = Publish this period
rates-freeze-note = The numbers by unit are fixed as they are now, with the formula and a digest. What changes later is listed beside them and changes nothing; publishing again is another issue, and the first stays on record.
rates-frozen-said = Published { $on }, by the records up to entry { $entry }; digest { $digest }…
rates-frozen-broken = The digest does not fit the content. Please tell an administrator.
rates-frozen-changed = What changed since
rates-frozen-unchanged = Nothing changed.
rates-rank-up = { $places ->
    [one] up one place
   *[other] up { $places } places
}
rates-rank-down = { $places ->
    [one] down one place
   *[other] down { $places } places
}
rates-rank-same = same place
request-fact-photo = Photo
request-fact-photo-review = Photo looked at
request-fact-told = Residents told
bulk-failed = This could not be done just now. Try it again on its own page.
