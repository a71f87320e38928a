reference-photo = photo
photo-shows-matter = Photo of the matter
photo-shows-before = Before the work
photo-shows-after = After the work
photo-field = Photos (optional)
photo-field-hint = At most 5 at once, each up to 20 MB: JPEG, PNG, WebP or GIF. Where and when a photo was taken and by which phone is all taken out; only what can be seen is kept. It is shown to everybody only after the office has looked. Please keep faces, number plates and flat numbers of others out.
photo-drop = Take this one out
photo-kept = Photos received
photo-kept-count = { $count ->
    [one] One photo has been received and will be kept with this request.
   *[other] { $count } photos have been received and will be kept with this request.
}
photo-alt = Photo { $number }: { $shows }
photo-alt-draft = Your photo { $number }
photo-too-many = At most { $most } photos at once; the others were not taken. Send these first, more can be added later.
photo-too-often = Photos come in too quickly; please add them in a few minutes. What you wrote is still here.
photo-no-key = This site cannot keep photos yet; please send it without.
photo-fault-empty = “{ $name }” is empty. Please choose it again.
photo-fault-too-large = “{ $name }” is larger than 20 MB. Choose a smaller size in your phone’s gallery, or send a screenshot of it.
photo-fault-too-many-points = “{ $name }” is too large (more than 64 million pixels). Make it smaller, or send a screenshot of it.
photo-fault-heic = “{ $name }” is in the HEIC format, which many computers cannot show. In your phone’s Settings → Camera → Formats choose “Most Compatible” and take it again, or send a screenshot of it.
photo-fault-not-a-picture = “{ $name }” is not a photo. Please choose one in JPEG, PNG, WebP or GIF.
photo-fault-polyglot = “{ $name }” holds something else besides the photo and is not taken. Send a screenshot of it, or save it anew in your gallery.
photo-fault-cut-short = “{ $name }” is not complete; it may not have been sent to its end. Please choose it again.
photo-fault-damaged = “{ $name }” is damaged and cannot be opened. Please choose another one, or send a screenshot of it.
photo-faults = { $count ->
    [one] One thing to look at
   *[other] { $count } things to look at
}
photo-none-chosen = Please choose photos first.
photo-show = May be shown
photo-hide = Do not show
photo-hide-why = Why it is not shown
photo-standing-new = Waits for a look, not shown
photo-standing-shown = May be shown
photo-standing-hidden = Not shown
photos-title = Photos of request { $code }
photos-heading = Photos
photos-manage = Add photos, decide what is shown
photos-none = There are no photos yet.
photos-done = Saved.
photos-add = Add photos
photos-what = What do they show
photos-add-save = Save photos
photos-note = Photos are written anew and kept sealed, outside the journal; what whoever asked has sent goes when what is known of them is erased.
my-photos-add = Add photos
my-photos-send = Send photos
request-event-photos = { $count ->
    [one] One photo ({ $shows })
   *[other] { $count } photos ({ $shows })
}
mail-unread = { $count ->
    [one] 1 file with the mail could not be read.
   *[other] { $count } files with the mail could not be read.
}
mail-unread-many = “{ $name }” was not taken: at most { $most } photos at once.
