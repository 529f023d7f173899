//! An attacker that sees everything that travels, has an account and a client of its own, and tries whatever it has.

use super::*;
use model::oauth::AuthorizationId;
use proptest::prelude::*;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    /// The victim allows its client something, and the attacker sees the code in the address.
    Allow,
    /// The victim's client redeems its newest code.
    Redeem,
    /// The victim's client refreshes its newest token.
    Refresh,
    /// The attacker redeems a code that it saw: as itself or as the victim's client, with its own verifier.
    StealCode(usize, bool),
    /// The attacker refreshes a token that it saw: as itself or as the victim's client, which is public.
    StealRefresh(usize, bool),
    /// The attacker lets its own user allow its client something.
    OwnFlow,
    /// The victim takes everything back.
    Withdraw,
    /// Time passes.
    Wait(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Allow),
        3 => Just(Step::Redeem),
        3 => Just(Step::Refresh),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(which, own)| Step::StealCode(which, own)),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(which, own)| Step::StealRefresh(which, own)),
        1 => Just(Step::OwnFlow),
        1 => Just(Step::Withdraw),
        2 => prop_oneof![0..15_u32, 0..100_u32, 0..4000_u32].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

struct World {
    bed: Bed,
    client: String,
    attackers_client: String,
    /// Codes of the victim that its client has not redeemed yet, and those that anybody saw.
    codes: Vec<String>,
    seen_codes: Vec<String>,
    /// The newest refresh token of the victim's client, and those that anybody saw.
    refresh: Option<String>,
    seen_refresh: Vec<String>,
    /// Every access token that anybody ever got.
    access: Vec<String>,
    /// What ended for good.
    ended: Vec<AuthorizationId>,
}

impl World {
    fn new() -> Self {
        let bed = Bed::new();
        let (client, attackers_client) = (bed.client(), bed.client());
        Self {
            bed,
            client,
            attackers_client,
            codes: Vec::new(),
            seen_codes: Vec::new(),
            refresh: None,
            seen_refresh: Vec::new(),
            access: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn got(&mut self, told: &Value) -> String {
        self.access.push(text(told, "access_token"));
        let refresh = text(told, "refresh_token");
        self.seen_refresh.push(refresh.clone());
        refresh
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Allow => {
                let code = self.bed.code(&query(&self.client), &user(1));
                self.codes.push(code.clone());
                self.seen_codes.push(code);
            }
            Step::Redeem => {
                let Some(code) = self.codes.pop() else { return Ok(()) };
                if let Ok(told) = self.bed.redeem(&self.client, &code, VERIFIER) {
                    self.refresh = Some(self.got(&told));
                }
            }
            Step::Refresh => {
                let Some(token) = self.refresh.clone() else { return Ok(()) };
                match self.bed.refresh(&self.client, &token) {
                    Ok(told) => self.refresh = Some(self.got(&told)),
                    Err(_) => self.refresh = None,
                }
            }
            Step::StealCode(which, as_itself) => {
                let Some(code) = pick(&self.seen_codes, *which) else { return Ok(()) };
                let client = if *as_itself { &self.attackers_client } else { &self.client };
                let verifier = "the-attackers-own-verifier-0123456789-abcdefgh";
                // Without the verifier a code is worth nothing, whoever shows it.
                prop_assert!(self.bed.redeem(client, &code, verifier).is_err());
            }
            Step::StealRefresh(which, as_itself) => {
                let Some(token) = pick(&self.seen_refresh, *which) else { return Ok(()) };
                let client = if *as_itself { self.attackers_client.clone() } else { self.client.clone() };
                if let Ok(told) = self.bed.refresh(&client, &token) {
                    self.got(&told);
                }
            }
            Step::OwnFlow => {
                let code = self.bed.code(&query(&self.attackers_client), &user(2));
                let told = self.bed.redeem(&self.attackers_client, &code, VERIFIER).unwrap();
                let refresh = self.got(&told);
                // Its own account stays its own account.
                let bearer = self.bed.bearer(self.access.last().unwrap()).unwrap();
                prop_assert_eq!(bearer.user, user(2));
                prop_assert!(self.bed.refresh(&self.client, &refresh).is_err());
            }
            Step::Withdraw => {
                for own in wait(self.bed.server.authorizations_of(&user(1))).unwrap() {
                    wait(self.bed.server.withdraw(&user(1), &own.id, None)).unwrap();
                    self.ended.push(own.id);
                }
            }
            Step::Wait(seconds) => self.bed.clock.advance(f64::from(*seconds)),
        }
        Ok(())
    }

    /// Nothing that ended lets anybody in; whatever does lets in the one who allowed it; and where two used one refresh token,
    /// neither keeps anything.
    fn holds(&self) -> Result<(), TestCaseError> {
        for token in &self.access {
            let Some(bearer) = self.bed.bearer(token) else { continue };
            prop_assert!(!self.ended.contains(&bearer.authorization));
            prop_assert!(bearer.capability <= Capability::Write);
            prop_assert!(bearer.user == user(1) || bearer.user == user(2));
        }
        for token in &self.seen_refresh {
            if let Some((_, own)) =
                wait(self.bed.store.refresh_token(&KeyDigest::of(token.as_bytes()))).unwrap()
            {
                let is_over = self.ended.contains(&own.id);
                prop_assert!(!is_over || !own.is_active(self.bed.clock.now()));
            }
        }
        Ok(())
    }

    /// How many refresh tokens of each family can be used for something new: one at most.
    fn live_branches(&self) -> Result<(), TestCaseError> {
        let mut live = HashMap::<AuthorizationId, usize>::new();
        let mut seen = self.seen_refresh.clone();
        seen.sort();
        seen.dedup();
        for token in seen {
            let found = wait(self.bed.store.refresh_token(&KeyDigest::of(token.as_bytes()))).unwrap();
            if let Some((token, own)) = found
                && own.is_active(self.bed.clock.now())
                && token.succession.is_none()
            {
                *live.entry(own.id).or_default() += 1;
            }
        }
        prop_assert!(live.values().all(|count| *count == 1), "{live:?}");
        Ok(())
    }
}

fn pick(from: &[String], which: usize) -> Option<String> {
    (!from.is_empty()).then(|| from[which % from.len()].clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn i9_nobody_has_access_after_its_end_or_to_what_is_anothers(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.step(step)?;
            world.holds()?;
            world.live_branches()?;
        }
        // Whatever was stolen: after the end nothing of it opens anything, and it never does again.
        world.step(&Step::Withdraw)?;
        let before = world.access.len();
        for which in 0..world.seen_refresh.len() {
            world.step(&Step::StealRefresh(which, false))?;
        }
        prop_assert!(world.access[before..].iter().all(|token| world.bed.bearer(token).is_none_or(|bearer| bearer.user == user(2))));
        world.holds()?;
    }

    #[test]
    fn o12_whoever_uses_a_stolen_refresh_token_is_found_out_by_the_next_use(delay in 11..100_000_u32) {
        let bed = Bed::new();
        let one = bed.connected();
        // The attacker is first, the client comes later.
        let stolen = bed.refresh(&one.client, &one.refresh).unwrap();
        bed.clock.advance(f64::from(delay));
        prop_assert!(bed.refresh(&one.client, &one.refresh).is_err());
        prop_assert!(bed.bearer(&text(&stolen, "access_token")).is_none());
        prop_assert!(bed.refresh(&one.client, &text(&stolen, "refresh_token")).is_err());
    }
}
