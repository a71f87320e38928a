# Requests that come from forums and other servers.
forum-others-say = Somebody else followed in the forum:
forum-said-category = Category in the forum: { $said }
forum-said-place = The coordinates of the post were left aside: { $said }
request-person-account = Account in the forum
request-person-post = Post
column-datum = Datum of the coordinates
datum-wgs84 = WGS 84 (GPS)
datum-gcj02 = GCJ-02 (Amap, Tencent)
datum-bd09 = BD-09 (Baidu)
cell-outside-areas = This place lies far from all areas of the plan. Check longitude and latitude, and the datum: GCJ-02 and BD-09 are shifted by two kilometres at most.
cell-swapped = Longitude and latitude were swapped; they are put right.
import-put-right = Put right, or worth checking
import-put-right-count = { $count ->
    [one] One row was put right or is worth checking.
   *[other] { $count } rows were put right or are worth checking.
}
import-put-right-what = Remark
open311-swapped = lat and long were swapped; they were put right.
