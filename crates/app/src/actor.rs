//! Who acts.

use domain::code::Code;
use domain::policy::{Action, Grant, Target, allows};

use crate::account::TokenScope;

#[derive(Debug, Clone, PartialEq)]
pub enum Actor {
    /// Someone without an account.
    Public,
    /// Whoever runs commands on the machine itself, under a name of their own in the journal.
    Operator(Code),
    /// A person who signed in, with the roles held at that moment.
    Person { person: Code, name: String, grants: Vec<Grant> },
    /// A person's program: the person's roles, narrowed by the token.
    Token { person: Code, name: String, grants: Vec<Grant>, scopes: Vec<TokenScope> },
}

impl Actor {
    pub fn operator() -> Self {
        Self::Operator(Code::new(domain::command::OPERATOR).expect("a literal code"))
    }

    pub fn person(&self) -> Option<&Code> {
        match self {
            Self::Person { person, .. } | Self::Token { person, .. } => Some(person),
            Self::Public | Self::Operator(_) => None,
        }
    }

    pub fn grants(&self) -> &[Grant] {
        match self {
            Self::Person { grants, .. } | Self::Token { grants, .. } => grants,
            Self::Public | Self::Operator(_) => &[],
        }
    }

    /// Whether a page or button is to be offered. Changes are checked again when they are made.
    pub fn may(&self, action: Action, target: &Target) -> bool {
        match self {
            Self::Operator(_) => true,
            Self::Token { grants, scopes, .. } => {
                scopes.iter().any(|scope| scope.admits(action)) && allows(grants, action, target)
            }
            _ => allows(self.grants(), action, target),
        }
    }

    /// Whether the action is open to the actor anywhere at all.
    pub fn may_somewhere(&self, action: Action) -> bool {
        use domain::policy::{Reach, reach};
        match self {
            Self::Operator(_) => true,
            Self::Token { grants, scopes, .. } => {
                scopes.iter().any(|scope| scope.admits(action))
                    && grants.iter().any(|grant| reach(grant.role, action) != Reach::No)
            }
            _ => {
                action == Action::ReadPublic
                    || self.grants().iter().any(|grant| reach(grant.role, action) != Reach::No)
            }
        }
    }
}
