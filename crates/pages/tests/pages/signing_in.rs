//! Signing in and out: secrets of forms, locks, limits, and where people come back to.

use axum::http::{StatusCode, header};
use pages::ClientAddress;

use crate::site::{Site, post, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_secret_is_refused() {
    let site = site().await;
    let form = site.get("/sign-in", "en", "").await;
    let (token, cookie) = (form.hidden("csrf").to_owned(), form.cookies());
    assert_eq!(token.len(), 32);
    let credentials = format!("name=task-force&password={}", demo::PASSWORD);
    for (cookies, body) in [
        ("", format!("{credentials}&csrf={token}")),
        (cookie.as_str(), credentials.clone()),
        (cookie.as_str(), format!("{credentials}&csrf=")),
        (cookie.as_str(), format!("{credentials}&csrf={}", "0".repeat(32))),
        ("huitian-form=", format!("{credentials}&csrf=")),
    ] {
        let answer = site.post("/sign-in", cookies, &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{cookies} {body}");
        assert!(answer.text.contains("out of date"), "says what to do");
        assert!(answer.cookies().is_empty());
    }
    // Another site's form with the right secret is another site's form.
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
        let mut request = post("/sign-in", &cookie, &format!("{credentials}&csrf={token}"));
        request.headers_mut().insert(name, value.parse().expect("a header"));
        assert_eq!(site.ask(request).await.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_said_at_the_field() {
    let site = site().await;
    let form = site.get("/sign-in?back=/p/huitian-2018/figures", "en", "").await;
    let (token, cookie) = (form.hidden("csrf").to_owned(), form.cookies());
    let empty = site.post("/sign-in", &cookie, &format!("csrf={token}")).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wanted in
        ["Enter your account.", "Enter your password.", "href=\"#password\"", "aria-invalid=\"true\""]
    {
        assert!(empty.text.contains(wanted), "{wanted}");
    }
    let body = format!("csrf={token}&name=nobody&password=wrong-password&back=/p/huitian-2018/figures");
    let wrong = site.post("/sign-in", &cookie, &body).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("account or password is wrong") && wrong.text.contains("value=\"nobody\""));
    assert!(!wrong.text.contains("wrong-password"), "a password is not sent back");
    assert_eq!(wrong.hidden("back"), "/p/huitian-2018/figures");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_see_working_remarks_and_sign_out() {
    let site = site().await;
    let with_remark = async |cookies: &str| {
        let plans = site.app.plans().await.expect("plans");
        for plan in plans {
            let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.expect("a plan");
            if let Some(project) = portfolio.projects.iter().find(|project| !project.remarks.is_empty()) {
                let address = format!("/p/{plan}/projects/{}", project.code);
                return site.get(&address, "en", cookies).await.text.contains("id=\"remarks\"");
            }
        }
        panic!("the demonstration has a project with a remark");
    };
    assert!(!with_remark("").await);
    let session = site.sign_in("task-force").await;
    assert!(with_remark(&session).await);
    let home = site.get("/p/huitian-2018", "en", &session).await;
    assert!(home.text.contains("林雨") && home.text.contains("Audit"));

    let refused = site.post("/sign-out", &session, "csrf=").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let gone = site.post("/sign-out", &session, &format!("csrf={}", home.hidden("csrf"))).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    let after = site.get("/p/huitian-2018", "en", &session).await;
    assert!(after.text.contains("Sign in") && !after.text.contains("林雨"), "the session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let site = site().await;
    let form = site.get("/sign-in", "en", "").await;
    for (back, to) in [
        ("/p/huitian-2018/figures?as_of=2019-08-14", "/p/huitian-2018/figures?as_of=2019-08-14"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("", "/"),
    ] {
        let encoded: String = back.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let body =
            format!("csrf={}&name=auditor&password={}&back={encoded}", form.hidden("csrf"), demo::PASSWORD);
        let answer = site.post("/sign-in", &form.cookies(), &body).await;
        assert_eq!(answer.header(header::LOCATION), to, "{back:?}");
        let chosen = site.get(&format!("/theme/dark?back={encoded}"), "en", "").await;
        assert_eq!(chosen.header(header::LOCATION), to, "{back:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_locks_the_account_and_slows_the_address() {
    let site = Site::new(true).await;
    let form = site.get("/sign-in", "en", "").await;
    let set = form.header(header::SET_COOKIE);
    for wanted in ["__Host-huitian-form=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(wanted), "{set}");
    }
    let (token, cookie) = (form.hidden("csrf").to_owned(), form.cookies());
    let guess = async |name: &str, password: &str, from: [u8; 4]| {
        let body = format!("csrf={token}&name={name}&password={password}");
        let mut request = post("/sign-in", &cookie, &body);
        request.extensions_mut().insert(ClientAddress(from.into()));
        site.ask(request).await
    };
    for _ in 0..5 {
        let answer = guess("leader", "not-the-password", [10, 0, 0, 1]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = guess("leader", demo::PASSWORD, [10, 0, 0, 2]).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(locked.text.contains("the account is locked"), "even the right password waits");

    for at in 0..15 {
        let answer = guess(&format!("nobody-{at}"), "not-the-password", [10, 0, 0, 1]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
    }
    let slowed = guess("auditor", demo::PASSWORD, [10, 0, 0, 1]).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.text.contains("Too many wrong sign-ins"));
    let other = guess("auditor", demo::PASSWORD, [10, 0, 0, 3]).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER);
    let set = other.header(header::SET_COOKIE);
    for wanted in ["__Host-huitian=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(wanted), "{set}");
    }
}
