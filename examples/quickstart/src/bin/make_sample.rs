//! Writes the sample of the quickstart: invented people of many places, and the rows that real
//! files have too. Deterministic: `cargo run -p quickstart --bin make_sample > data/orders.csv`.
#![allow(clippy::print_stdout)]

use std::io::Write;

const ROWS: u64 = 1_400;

const GIVEN: [&str; 32] = [
    "Maria",
    "José",
    "Zoë",
    "Søren",
    "Łukasz",
    "Nguyễn Thị",
    "Aisha",
    "محمد",
    "李",
    "さくら",
    "Олена",
    "Ивана",
    "अनन्या",
    "დავით",
    "Αλέξανδρος",
    "שרה",
    "Chukwuemeka",
    "Siobhán",
    "Björn",
    "Françoise",
    "Ana-Lucía",
    "O'Neil",
    "Müge",
    "Thabo",
    "Jürgen",
    "Ximena",
    "Þóra",
    "Dvořák",
    "김민준",
    "Mele",
    "Jean-Luc",
    "N\u{303}ustes",
];
const FAMILY: [&str; 30] = [
    "González",
    "da Silva",
    "van der Berg",
    "Østergård",
    "Wiśniewski",
    "Trần",
    "Al-Rashid",
    "عبد الله",
    "王小明",
    "高橋",
    "Шевченко",
    "Петров",
    "शर्मा",
    "ბერიძე",
    "Παπαδόπουλος",
    "כהן",
    "Okonkwo",
    "Ní Bhriain",
    "Sigurðsson",
    "L'Écuyer",
    "Fernández y Ruiz",
    "\"Mac\" Lean",
    "Yılmaz",
    "Nkosi",
    "Groß",
    "Smith, Jr.",
    "Jónsdóttir",
    "Novák",
    "박",
    "Kealoha",
];
const STREETS: [&str; 12] = [
    "Calle de Alcalá",
    "Hauptstraße",
    "Rue de l'Église",
    "1-2-3 Shibuya",
    "ул. Пушкина",
    "Main St",
    "Via Roma",
    "شارع الملك فهد",
    "中山路",
    "Strandgade",
    "MG Road",
    "O'Connell Street",
];
const CITIES: [(&str, &str, &str); 12] = [
    ("Madrid", "28014", "ES"),
    ("München", "80331", "DE"),
    ("Québec", "G1R 4P5", "CA"),
    ("東京", "150-0002", "JP"),
    ("Київ", "01001", "UA"),
    ("Springfield", "62701", "US"),
    ("Torino", "10121", "IT"),
    ("الرياض", "12211", "SA"),
    ("臺北", "100", "TW"),
    ("København", "1401", "DK"),
    ("बेंगलुरु", "560001", "IN"),
    ("Baile Átha Cliath", "D01 F5P2", "IE"),
];
const ITEMS: [&str; 10] = [
    "Blood pressure monitor",
    "Novel, second hand",
    "Prayer mat",
    "Pregnancy test",
    "Garden hose",
    "Wedding rings \"Eternity\"",
    "Baby shoes",
    "Hearing aid batteries",
    "Tent for 2",
    "木製の箸",
];

/// xorshift64*: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).expect("a short list")]
    }
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "order_id,customer_id,name,email,phone,street,city,postal_code,country,born,card,item,\
         amount_cents,ordered_on"
    )?;
    let mut numbers = Numbers(20_261_123);
    for order in 1..=ROWS {
        let customer = 1 + numbers.below(900);
        let row = row(order, customer, &mut numbers);
        let cells: Vec<Vec<u8>> = row.iter().map(|cell| quoted(cell)).collect();
        out.write_all(&cells.join(&b','))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A row; most are well-formed. One in forty is not.
fn row(order: u64, customer: u64, numbers: &mut Numbers) -> Vec<Vec<u8>> {
    // A customer is the same person in all of their orders.
    let mut person = Numbers(customer.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let name = format!("{} {}", person.pick(&GIVEN), person.pick(&FAMILY));
    let (city, postal_code, country) = person.pick(&CITIES);
    let street = format!("{} {}", person.pick(&STREETS), 1 + person.below(250));
    let street =
        if person.below(20) == 0 { format!("{street}\nc/o Reception, 2nd floor") } else { street };
    let email = match person.below(9) {
        0 => String::new(),
        _ => format!(
            "shopper.{customer:04}.{}@example.{}",
            person.below(9999),
            person.pick(&["com", "org", "net"])
        ),
    };
    let phone = match person.below(7) {
        0 => String::new(),
        _ => format!("+1 555 01{:02} {:04}", person.below(100), person.below(10_000)),
    };
    let born = match person.below(8) {
        0 => String::new(),
        _ => format!(
            "{}-{:02}-{:02}",
            1930 + person.below(78),
            1 + person.below(12),
            1 + person.below(28)
        ),
    };
    let card = format!("4111 1111 {:04} {:04}", person.below(10_000), person.below(10_000));
    let mut cells: Vec<Vec<u8>> = [
        order.to_string(),
        customer.to_string(),
        name,
        email,
        phone,
        street,
        city.to_owned(),
        postal_code.to_owned(),
        country.to_owned(),
        born,
        card,
        numbers.pick(&ITEMS).to_owned(),
        (199 + numbers.below(90_000)).to_string(),
        format!("2025-{:02}-{:02}", 1 + numbers.below(12), 1 + numbers.below(28)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    if numbers.below(40) == 0 {
        spoil(&mut cells, numbers);
    }
    cells
}

fn spoil(cells: &mut Vec<Vec<u8>>, numbers: &mut Numbers) {
    match numbers.below(9) {
        0 => cells[9] = b"31.12.1980".to_vec(),
        1 => cells[12] = b"12,50 EUR".to_vec(),
        2 => cells[3] = b"not an address".to_vec(),
        3 => drop(cells.pop()),
        4 => cells[13] = b"2025-13-01".to_vec(),
        5 => cells[1] = b"customer 12".to_vec(),
        6 => cells[2] = vec![b'C', 0xE9, b'l', b'i', b'n', b'e'],
        7 => cells[3] = b"<user.contact.email>".to_vec(),
        _ => cells[12].clear(),
    }
}

fn quoted(cell: &[u8]) -> Vec<u8> {
    if !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n')) {
        return cell.to_vec();
    }
    let mut out = vec![b'"'];
    for byte in cell {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
    out
}
