//! Compilers, parsers and command line tools.

pub struct Module {
    pub name: Symbol, //~ -
    pub path: PathBuf, //~ -
    pub items: Vec<Item>, //~ -
    pub comment: Option<String>, //~ -
}

pub struct StructField {
    pub name: String, //~ -
    pub type_name: String, //~ -
    pub attributes: Vec<Attribute>, //~ -
    pub position: Position, //~ -
}

pub enum Token<'a> {
    Ident(&'a str), //~ -
    Name(String), //~ -
    Number(f64), //~ -
    Address(u64), //~ -
    Comment(String), //~ -
}

pub struct Frame {
    pub return_address: u64, //~ -
    pub function_name: Option<String>, //~ -
    pub file_name: Option<PathBuf>, //~ -
    pub locals: Vec<Value>, //~ -
}

pub struct Release {
    pub tag_name: String, //~ -
    pub title: String, //~ -
    pub notes: String, //~ -
    pub maintainer_email: String, //~ user.contact.email
    pub contributors: Vec<String>, //~ user.name
}

pub enum ParseError {
    UnknownField { field_name: String, //~ -
    },
    BadLanguage(String), //~ -
    MissingName,
    TypeMismatch { expected: String, //~ -
        found: String, //~ -
    },
}

pub struct Theme {
    pub name: String, //~ -
    pub title_color: Color, //~ -
    pub body_font: String, //~ -
    pub card_background: Color, //~ -
}

pub struct Widget {
    pub title: String, //~ -
    pub label: String, //~ -
    pub placeholder: String, //~ -
    pub email_input: TextInput, //~ -
    pub name_field: FieldId, //~ -
    pub content: String, //~ -
}

pub struct Linter {
    pub rule_name: &'static str, //~ -
    pub message: String, //~ -
    pub suggestion: Option<String>, //~ -
    pub age: Duration, //~ -
    pub race_detector: bool, //~ -
}
