//! Units, areas and people of the installation, and one's own account.

use crate::SOURCE;
use crate::site::site;

#[tokio::test(flavor = "multi_thread")]
async fn units_and_areas_are_kept_without_circles() {
    let site = site();
    let reader = site.sign_in("admin").await;
    let made = reader
        .post(
            "/admin/units/new",
            &[
                ("code", "new-office"),
                ("name_zh", "新设办公室"),
                ("unit_level", "district"),
                ("parent_unit", "changping-education"),
                ("active", "yes"),
                SOURCE,
            ],
        )
        .await;
    made.is(303);
    let opened = reader.get("/admin/areas/huitian").await;
    let version = opened.value("version");
    let circle = reader
        .post(
            "/admin/areas/huitian",
            &[
                ("version", &version),
                ("name_zh", "回天地区"),
                ("name_en", "Huitian area"),
                ("area_level", "district"),
                ("parent_area", "huoying"),
                ("population", "851000"),
                ("boundary", "POLYGON ((116.3 40.05, 116.4 40.05, 116.4 40.1, 116.3 40.05))"),
                ("active", "yes"),
                SOURCE,
            ],
        )
        .await;
    circle.is(422).says("id=\"parent_area-error\"").says("circle").says("huitian → huoying → huitian");
    circle.says("option value=\"huoying\" selected");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_call_an_area_is_kept_beside_its_name() {
    let site = site();
    let reader = site.sign_in("admin").await;
    let form = "/admin/areas/jiayunyuan";
    let shown = "/p/huitian-2018/areas/jiayunyuan";
    let say = async |aliases: &str| {
        let version = reader.get(form).await.value("version");
        let fields = [
            ("version", version.as_str()),
            ("name_zh", "佳运园社区"),
            ("name_en", "Jiayunyuan Community"),
            ("area_aliases", aliases),
            ("area_level", "community"),
            ("parent_area", "dongxiaokou"),
            ("active", "yes"),
            SOURCE,
        ];
        reader.post(form, &fields).await
    };
    assert!(!reader.get(shown).await.is(200).body.contains("Also called"));
    say("佳运园小区、佳运园小区").await.is(422).says("id=\"area_aliases-error\"").says("given twice");
    say("佳运园小区\r\n佳运里；Jiayun").await.is(303);
    reader.get(form).await.is(200).says("佳运园小区; 佳运里; Jiayun");
    for (lang, label) in [("en", "Also called"), ("zh-CN", "别名")] {
        let mut reader = site.sign_in("admin").await;
        reader.lang = lang;
        for path in [shown, form] {
            let page = reader.get(path).await;
            page.is(200).says("佳运里");
            assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
        }
        reader.get(shown).await.says(label);
    }
    // What is filed by telephone is of the area that people call so.
    let desk = site.sign_in("desk").await;
    let order =
        [("text", "路灯不亮"), ("address", "佳运里东门"), ("category", "roads"), ("number", "CALLED-1")];
    desk.post("/p/huitian-2018/requests/new", &order).await.is(303);
    desk.get("/p/huitian-2018/requests/CALLED-1").await.is(200).says("Jiayunyuan Community");
    say("").await.is(303);
    assert!(!reader.get(shown).await.is(200).body.contains("Also called"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_roles_and_passwords_and_lose_them() {
    let site = site();
    let admin = site.sign_in("admin").await;
    admin
        .post(
            "/admin/people/new",
            &[("code", "newcomer"), ("person_name", "新人"), ("email", "not-an-address")],
        )
        .await
        .is(422)
        .says("id=\"email-error\"");
    let made = admin
        .post(
            "/admin/people/new",
            &[("code", "newcomer"), ("person_name", "新人"), ("email", "n@example.org")],
        )
        .await;
    assert!(made.is(303).location.starts_with("/admin/people/newcomer"));
    let page = "/admin/people/newcomer";
    let version = admin.get(page).await.value("version");
    let give = format!("{page}/role");
    admin.post(&give, &[("version", &version), ("role", "auditor"), ("scope", "")]).await.is(422);
    admin
        .post(&give, &[("version", &version), ("role", "auditor"), ("scope", "everything"), ("held", "yes")])
        .await
        .is(303);
    let set = format!("{page}/password");
    admin.post(&set, &[("password", "short"), ("password_again", "short")]).await.is(422).says("too short");
    admin
        .post(&set, &[("password", "a good long one"), ("password_again", "another long one")])
        .await
        .is(422)
        .says("id=\"password_again-error\"");
    admin.post(&set, &[("password", "a good long one"), ("password_again", "a good long one")]).await.is(303);
    let newcomer = site.sign_in_with("newcomer", "a good long one").await;
    newcomer.get("/audit").await.is(200);
    let version = admin.get(page).await.value("version");
    admin
        .post(&give, &[("version", &version), ("role", "auditor"), ("scope", "everything"), ("held", "no")])
        .await
        .is(303);
    newcomer.get("/audit").await.is(403);
    let version = admin.get(page).await.value("version");
    admin.post(&format!("{page}/active"), &[("version", &version), ("active", "no")]).await.is(303);
    assert!(newcomer.get("/account").await.is(303).location.starts_with("/sign-in"));
    // Nobody locks themselves out.
    admin.post("/admin/people/admin/active", &[("active", "no")]).await.is(422);
    admin
        .post(
            "/admin/people/admin/role",
            &[("role", "administrator"), ("scope", "everything"), ("held", "no")],
        )
        .await
        .is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password_and_tokens() {
    let site = site();
    let reader = site.sign_in("leader").await;
    let fields = |now: &'static str| {
        [("password_now", now), ("password", "a brand new one"), ("password_again", "a brand new one")]
    };
    reader.post("/account/password", &fields("wrong")).await.is(422).says("id=\"password_now-error\"");
    let made = reader
        .post("/account/tokens", &[("token_name", "my sheet"), ("token_scope", "read"), ("token_days", "30")])
        .await;
    made.is(200).says("huitian_").says("my sheet");
    let secret: String = made
        .body
        .split("huitian_")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect();
    let secret = format!("huitian_{secret}");
    assert!(site.app.token_actor(&secret).await.unwrap().is_some());
    let page = reader.get("/account").await;
    assert!(!page.body.contains("huitian_"), "shown once");
    let id = page.body.split("/account/tokens/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    // Another's token is not there to be revoked.
    site.sign_in("auditor").await.post(&format!("/account/tokens/{id}/revoke"), &[]).await.is(404);
    reader.post(&format!("/account/tokens/{id}/revoke"), &[]).await.is(303);
    assert!(site.app.token_actor(&secret).await.unwrap().is_none());
    reader
        .post("/account/tokens", &[("token_name", ""), ("token_scope", "all"), ("token_days", "9999")])
        .await
        .is(422)
        .says("id=\"token_name-error\"")
        .says("id=\"token_days-error\"");
    reader.post("/account/password", &fields(demo::PASSWORD)).await.is(303);
    site.sign_in_with("leader", "a brand new one").await.get("/account").await.is(200);
}
