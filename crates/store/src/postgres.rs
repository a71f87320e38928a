//! The database server for a city that outgrows one machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::Handle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, Socket, Statement};

use crate::error::{Result, StoreError, causes};
use crate::sql::{Param, Row};
use crate::statements::Statements;
use crate::tls::{Mode, Security, handshake_fault};

type Pending = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send>>;

pub struct PostgresConnection {
    runtime: Handle,
    client: Arc<Client>,
    /// Prepared ones. The server closes those that are let go of, once they are done.
    statements: Statements<Statement>,
    /// Statements not yet sent; they go out, in order, with the next one that is waited for.
    pending: Vec<Pending>,
    verified: bool,
    /// The first failure since the transaction began.
    failed: Option<StoreError>,
}

/// An owned [`Param`], as a statement that waits needs it.
#[derive(Debug)]
enum Owned {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&Param<'_>> for Owned {
    fn from(param: &Param) -> Self {
        match param {
            Param::Null => Self::Null,
            Param::Int(value) => Self::Int(*value),
            Param::Text(value) => Self::Text((*value).to_owned()),
            Param::Bytes(value) => Self::Bytes((*value).to_vec()),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        <i64 as ToSql>::accepts(ty) || <String as ToSql>::accepts(ty) || <&[u8] as ToSql>::accepts(ty)
    }

    to_sql_checked!();
}

impl PostgresConnection {
    pub fn connect(address: &str, runtime: Handle) -> Result<Self> {
        let (address, security) = Security::take(address)?;
        let mut config: Config =
            address.parse().map_err(|error: tokio_postgres::Error| StoreError::Setting(causes(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config.application_name("huitian");
        let client = runtime.block_on(open(config, &security))?;
        let mut out = Self {
            runtime,
            client: Arc::new(client),
            statements: Statements::default(),
            pending: vec![],
            verified: security.mode >= Mode::VerifyCa,
            failed: None,
        };
        // No acknowledged entry may be lost, whatever the server's default.
        out.batch("SET synchronous_commit = on; SET client_encoding = 'UTF8'; SET timezone = 'UTC'")?;
        Ok(out)
    }

    /// Whether the server had to show, were it not on this machine, that it is the one that is meant.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn statement(&mut self, sql: &str) -> Result<Statement> {
        let prepare = || self.runtime.block_on(self.client.prepare(sql)).map_err(StoreError::from);
        self.statements.of(sql, prepare).cloned().inspect_err(|error| remember(&mut self.failed, error))
    }

    /// Why nothing of the transaction can be kept: PostgreSQL undoes it once a statement fails, and answers
    /// the commit as if it had been done.
    pub fn failed(&self) -> Option<&StoreError> {
        self.failed.as_ref()
    }

    #[cfg(test)]
    pub fn statements(&self) -> usize {
        self.statements.len()
    }

    /// Sends what is pending and then `last`, without waiting in between.
    fn flush_with<T>(&mut self, last: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        let pending = std::mem::take(&mut self.pending);
        // join polls its left side first, and join_all in order: statements leave in order.
        let (earlier, last) = self.runtime.block_on(join(join_all(pending), last));
        let earlier = earlier.into_iter().collect::<Result<Vec<u64>, _>>();
        let outcome = earlier.and(last).map_err(StoreError::from);
        outcome.inspect_err(|error| remember(&mut self.failed, error))
    }

    pub fn begin(&mut self, sql: &str) -> Result<()> {
        self.failed = None;
        self.batch(sql)
    }

    pub fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let params: Vec<Owned> = params.iter().map(Owned::from).collect();
        let client = self.client.clone();
        self.flush_with(async move { client.execute_raw(&statement, &params).await })
    }

    pub fn send(&mut self, sql: &str, params: &[Param]) -> Result<()> {
        let statement = self.statement(sql)?;
        let params: Vec<Owned> = params.iter().map(Owned::from).collect();
        let client = self.client.clone();
        self.pending.push(Box::pin(async move { client.execute_raw(&statement, &params).await }));
        // A very long batch is sent in pieces, to bound memory.
        if self.pending.len() >= 2048 {
            self.flush_with(async { Ok(()) })?;
        }
        Ok(())
    }

    pub fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        visit: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let statement = self.statement(sql)?;
        let params: Vec<Owned> = params.iter().map(Owned::from).collect();
        let client = self.client.clone();
        let rows = self.flush_with(async move {
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
            client.query(&statement, &params).await
        })?;
        rows.iter().try_for_each(|row| visit(&Row::Postgres(row)))
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        let client = self.client.clone();
        let sql = sql.to_owned();
        self.flush_with(async move { client.batch_execute(&sql).await })
    }

    pub fn rollback(&mut self) -> Result<()> {
        self.pending.clear();
        self.failed = None;
        Ok(self.runtime.block_on(self.client.batch_execute("ROLLBACK"))?)
    }
}

fn remember(failed: &mut Option<StoreError>, error: &StoreError) {
    failed.get_or_insert_with(|| error.clone());
}

/// Connects as safely as is asked.
async fn open(mut config: Config, security: &Security) -> Result<Client> {
    // Certificates are for hosts: an address alone stands for its own.
    if config.get_hosts().is_empty() {
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
    // Nobody is on the way to a socket of this machine, and PostgreSQL does not encrypt there.
    let local = config.get_hostaddrs().is_empty()
        && config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
    if security.mode == Mode::Disable || local {
        return Ok(start(config.ssl_mode(SslMode::Disable), NoTls).await?);
    }
    let weak = security.mode == Mode::Prefer;
    config.ssl_mode(if weak { SslMode::Prefer } else { SslMode::Require });
    match start(&config, security.connector()?).await {
        // The two cannot agree on encryption, which was not asked for at any price.
        Err(error) if weak && handshake_fault(&error).is_some() => {
            Ok(start(config.ssl_mode(SslMode::Disable), NoTls).await?)
        }
        outcome => outcome.map_err(|error| security.fault(&error).unwrap_or_else(|| error.into())),
    }
}

async fn start<T>(config: &Config, tls: T) -> Result<Client, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("huitian: PostgreSQL connection ended: {error}");
        }
    });
    Ok(client)
}
