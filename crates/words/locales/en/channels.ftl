# Requests that come from forums and other servers.
forum-others-say = Somebody else followed in the forum:
request-person-account = Account in the forum
request-person-post = Post
column-datum = Datum of the coordinates
datum-wgs84 = WGS 84 (GPS)
datum-gcj02 = GCJ-02 (Amap, Tencent)
datum-bd09 = BD-09 (Baidu)
cell-outside-areas = This place lies far from all areas of the plan. Check longitude and latitude, and the datum: GCJ-02 and BD-09 are shifted by some hundred metres, not more.
cell-swapped = Longitude and latitude were swapped; they are put right.
import-put-right = Put right in rows that are taken in
import-put-right-count = { $count } rows had something put right.
import-put-right-what = What was put right
