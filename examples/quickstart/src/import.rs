//! Takes orders in from a CSV file. Bad rows are reported without their values; the rest goes on.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use csv::StringRecord;
use taggant::{Error, Flow, Outcome};

use crate::model::{Address, Customer, ImportRow, Order};

/// The columns that the file must have.
const COLUMNS: [&str; 14] = [
    "order_id",
    "customer_id",
    "name",
    "email",
    "phone",
    "street",
    "city",
    "postal_code",
    "country",
    "born",
    "card",
    "item",
    "amount_cents",
    "ordered_on",
];

/// What came in.
#[derive(Default)]
pub(crate) struct Import {
    pub(crate) customers: BTreeMap<u64, Customer>,
    pub(crate) orders: Vec<Order>,
    pub(crate) refused: Vec<Refused>,
}

/// A row that was left out, and why. Its values are not in here.
pub(crate) struct Refused {
    line: u64,
    column: Option<(usize, String)>,
    reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some((number, name)) = &self.column {
            write!(f, ", column {number} ({name})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Reads the file under an ingest flow: plaintext from outside.
pub(crate) fn import(path: &Path) -> Result<Import, Box<dyn std::error::Error>> {
    let name = path.file_name().map_or_else(|| "orders.csv".into(), |n| n.to_string_lossy());
    let flow = Flow::ingest("file://import", &name)
        .purpose("essential.service.operations")
        .actor("svc:import");
    flow.check()?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let headers = reader.headers()?.clone();
    check_header(&headers)?;
    let mut import = Import::default();
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                match flow.run(|| row(&record, &headers, line)) {
                    Ok(row) => import.take(row),
                    Err(refused) => import.refused.push(refused),
                }
            }
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                let line = error.position().map_or(line, csv::Position::line);
                let reason = "it is not UTF-8".to_owned();
                import.refused.push(Refused { line, column: None, reason });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(import)
}

/// Whether the file can be read and names the columns, before anything is made for it.
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn check_file(path: &Path) -> Result<(), String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    // A header that is not UTF-8 is none of ours; csv's message would count bytes.
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => StringRecord::new(),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    if headers.is_empty() {
        return Err(format!("{} is empty or no CSV file", path.display()));
    }
    check_header(&headers).map_err(|reason| format!("{}: {reason}", path.display()))
}

fn check_header(headers: &StringRecord) -> Result<(), String> {
    let missing: Vec<&str> =
        COLUMNS.into_iter().filter(|name| !headers.iter().any(|own| own == *name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the first line must name the columns {}; these are missing: {}",
        COLUMNS.join(","),
        missing.join(", ")
    ))
}

fn row(record: &StringRecord, headers: &StringRecord, line: u64) -> Result<ImportRow, Refused> {
    if record.len() != headers.len() {
        let reason = format!("it has {} columns instead of {}", record.len(), headers.len());
        return Err(Refused { line, column: None, reason });
    }
    record.deserialize(Some(headers)).map_err(|_| {
        // csv's error has no more than taggant's: that a value does not fit, and not which value.
        let last = Error::last();
        let field = last.as_ref().and_then(Error::field).and_then(|field| field.rsplit('.').next());
        let column = headers.iter().enumerate().find(|(index, name)| {
            field == Some(name) || (name.ends_with("_id") && record[*index].parse::<u64>().is_err())
        });
        let reason = match last.map(|error| error.outcome()) {
            Some(Outcome::UnexpectedEnvelope) => "a sealed or redacted value came back in",
            _ => "the value is missing or malformed",
        };
        Refused {
            line,
            column: column.map(|(index, name)| (index + 1, name.to_owned())),
            reason: reason.to_owned(),
        }
    })
}

impl Import {
    fn take(&mut self, row: ImportRow) {
        let ImportRow { order_id, customer_id, name, email, phone, born, card, .. } = row;
        let ImportRow {
            street, city, postal_code, country, item, amount_cents, ordered_on, ..
        } = row;
        let address = Address { street, city, postal_code, country };
        self.customers.entry(customer_id).or_insert(Customer {
            id: customer_id,
            name,
            email,
            phone,
            address,
            born,
            card,
        });
        self.orders.push(Order { id: order_id, customer_id, item, amount_cents, ordered_on });
    }
}
