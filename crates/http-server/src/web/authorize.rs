//! `/oauth/authorize`: a program asks for something, and a person decides.
//!
//! The page says what nobody can make up: where the browser is sent afterwards. What the program calls itself is marked as its own
//! word. The form sends the decision to the same address, so that what is allowed is looked at again, with the same checks.

use auth::oauth::{AskError, Asked};
use auth::spaces::Held;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{Capability, Space};

use super::form::Form;
use super::page::{Forms, filled, foreign, see_other};
use super::texts::Texts;
use super::visit::{Visit, Who};
use super::{AUTHORIZE, sign_in};
use crate::App;

/// Asks the person.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match Visit::of(&app, &parts) {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    asked_of(&visit).await.unwrap_or_else(|answer| answer)
}

async fn asked_of(visit: &Visit) -> Result<Response, Response> {
    let Some(who) = visit.who().await? else {
        // Nothing is looked up for somebody who is not known: a document of a client would be fetched for anybody.
        return sign_in::page_for(visit, &format!("{AUTHORIZE}?{}", visit.query)).await;
    };
    let asked = ask(visit).await?;
    let spaces = visit.people.spaces().of(&who.user.id, &who.user.space).await;
    let spaces = spaces.map_err(|error| visit.unavailable(&error))?;
    let is_first = visit.people.server().is_first_time(&asked, &who.user.id).await;
    let is_first = is_first.map_err(|error| visit.unavailable(&error))?;
    Ok(page(visit, &who, &asked, &spaces, is_first))
}

/// Takes the decision, and sends the browser back to the program.
pub(super) async fn decide(State(app): State<App>, request: Request) -> Response {
    let (visit, form) = match Visit::with_form(&app, request).await {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    decided(&visit, &form).await.unwrap_or_else(|answer| answer)
}

async fn decided(visit: &Visit, form: &Form) -> Result<Response, Response> {
    let who = visit.known().await?;
    let asked = ask(visit).await?;
    let (server, user) = (visit.people.server(), &who.user);
    let unreadable = || visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable);
    let location = match form.get("decision") {
        "allow" => {
            let space = Space::parse(form.get("space")).map_err(|_| unreadable())?;
            let role = visit.people.spaces().may(&user.id, &user.space, &space).await;
            // One that is not there and one that is somebody else's are the same to whoever asks.
            let role = role.map_err(|error| visit.unavailable(&error))?.ok_or_else(unreadable)?;
            let capability = extent(form, &asked).ok_or_else(unreadable)?.min(role.capability());
            let allowed = server.allow(&asked, &user.id, &space, capability, visit.from.machine).await;
            allowed.unwrap_or_else(|error| server.give_up(&asked, &error))
        }
        "deny" => server.deny(&asked, &user.id, visit.from.machine).await,
        _ => return Err(unreadable()),
    };
    Ok(see_other(&location, Vec::new()))
}

/// What the program asks for.
async fn ask(visit: &Visit) -> Result<Asked, Response> {
    let query = Form::parse(visit.query.as_bytes());
    let query = query.ok_or_else(|| visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable))?;
    visit.people.server().ask(&query.fields).await.map_err(|error| match error {
        AskError::Shown(objection) => {
            let status = StatusCode::from_u16(objection.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let sentence = html! { span lang="en" { (objection.to_string()) } };
            visit.sheet().notice(status, visit.texts().did_not_work, &sentence)
        }
        AskError::Sent { location, .. } => see_other(&location, Vec::new()),
    })
}

fn page(visit: &Visit, who: &Who, asked: &Asked, spaces: &[Held], is_first: bool) -> Response {
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let name = asked.client.name.as_ref().map_or_else(|| asked.client.id.as_str(), |name| name.as_str());
    let client = html! { strong { bdi { "\u{201c}" (foreign(name)) "\u{201d}" } } };
    let host = html! { span class="host" { bdi { (foreign(asked.redirect_owner())) } } };
    let body = html! {
        p { (filled(texts.consent_intro, "client", &client)) }
        p class="hint" { (texts.unverified) }
        @if let Some(document) = asked.document() { p class="hint" { code { bdi { (foreign(document)) } } } }
        p class="warning" { (filled(texts.sent_to, "host", &host)) }
        @if asked.is_loopback() { p class="warning" { (texts.loopback_warning) } }
        @if is_first { p class="warning" { (texts.first_seen) } }
        p { (texts.will_be_able) }
        ul { @for line in words(visit, asked) { li { (line) } } }
        form method="post" action={ "authorize?" (visit.query) } {
            (sheet.token())
            (extents(texts, asked.capability))
            (choice(visit, spaces))
            p class="hint" { (filled(texts.signed_in_as, "name", &html! { (who.user.name.as_str()) })) }
            div class="buttons" {
                button type="submit" name="decision" value="deny" { (texts.deny) }
                button type="submit" name="decision" value="allow" class="main" { (texts.allow) }
            }
        }
    };
    sheet.page(StatusCode::OK, texts.consent, &Forms::AndOn(asked.redirect_uri.as_str().to_owned()), &body)
}

/// What the program will be able to do, in words.
fn words(visit: &Visit, asked: &Asked) -> Vec<&'static str> {
    let mut words = abilities(visit.texts(), asked.capability);
    words.extend(asked.is_offline().then_some(visit.texts().can_offline));
    words
}

/// What a capability is, in words.
pub(super) fn abilities(texts: &Texts, capability: Capability) -> Vec<&'static str> {
    let more: &[&'static str] = match capability {
        Capability::Read => &[],
        Capability::Add => &[texts.can_add],
        Capability::Write => &[texts.can_write],
        Capability::Admin => &[texts.can_write, texts.can_admin],
    };
    [&[texts.can_read], more].concat()
}

/// How much of what the program asks for is allowed: all of it, or less.
fn extents(texts: &Texts, asked: Capability) -> Markup {
    let label = |capability: Capability| match capability {
        _ if capability == asked => texts.all_of_it,
        Capability::Admin | Capability::Write => texts.all_but_admin,
        Capability::Add => texts.only_add,
        Capability::Read => texts.only_read,
    };
    let extents = || Capability::ALL.into_iter().rev().filter(|capability| *capability <= asked);
    html! {
        @if asked > Capability::Read {
            fieldset {
                legend { (texts.how_much) }
                @for capability in extents() {
                    label {
                        input type="radio" name="extent" value=(capability.name()) checked[capability == asked];
                        " " (label(capability))
                    }
                }
            }
        }
    }
}

/// What the person allows of it: all, when nothing is said.
fn extent(form: &Form, asked: &Asked) -> Option<Capability> {
    match form.get("extent") {
        "" => Some(asked.capability),
        name => name.parse().ok(),
    }
}

/// Which memories; nobody chooses who has one space only.
fn choice(visit: &Visit, spaces: &[Held]) -> Markup {
    let texts = visit.texts();
    html! {
        @if let [only] = spaces {
            input type="hidden" name="space" value=(only.space);
        } @else {
            fieldset {
                legend { (texts.which_memories) }
                @for (place, held) in spaces.iter().enumerate() {
                    label {
                        input type="radio" name="space" value=(held.space) checked[place == 0];
                        " "
                        @match &held.name {
                            Some(name) => bdi { (foreign(name.as_str())) },
                            None => (texts.own_memories),
                        }
                        @if held.role.capability() < Capability::Write { " \u{2014} " (texts.read_only_here) }
                    }
                }
            }
        }
    }
}
