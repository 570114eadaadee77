//! A compiler and its tools: names and addresses of other things than people.

pub struct FunctionDecl<'a> {
    pub name: &'a str, //~ -
    pub params: Vec<Param<'a>>, //~ -
    pub return_type: TypeId, //~ -
    pub body: Option<BlockId>, //~ -
    pub doc_comment: Option<String>, //~ -
    pub span: Span, //~ -
}

pub struct Param<'a> {
    pub name: &'a str, //~ -
    pub ty: TypeId, //~ -
    pub default: Option<ExprId>, //~ -
}

pub struct Symbol {
    pub mangled_name: String, //~ -
    pub address: u64, //~ -
    pub section: u16, //~ -
    pub size: u64, //~ -
    pub binding: Binding, //~ -
}

pub struct PackageManifest {
    pub name: String, //~ -
    pub version: Version, //~ -
    pub authors: Vec<String>, //~ user.name
    pub license: Option<String>, //~ -
    pub homepage: Option<Url>, //~ -
    pub description: Option<String>, //~ -
    pub keywords: Vec<String>, //~ -
}

pub enum Instruction {
    Load {
        address: usize, //~ -
        register: u8, //~ -
    },
    Store {
        address: usize, //~ -
        value: Operand, //~ -
    },
    Call(String), //~ -
    Jump(Label), //~ -
    Phone,
}

pub struct Commit {
    pub hash: [u8; 20], //~ -
    pub author_name: String, //~ user.name
    pub author_email: String, //~ user.contact.email
    pub committer: Signature, //~ -
    pub message: String, //~ -
    pub parents: Vec<Oid>, //~ -
}

pub struct Diagnostic {
    pub file_name: String, //~ -
    pub line: u32, //~ -
    pub column: u32, //~ -
    pub message: String, //~ -
    pub code: Option<String>, //~ -
}

pub struct Lexer<'src> {
    pub input: &'src str, //~ -
    pub position: usize, //~ -
    pub state: State, //~ -
    pub peeked: Option<Token>, //~ -
}

pub struct ElfNote {
    pub owner: String, //~ -
    pub note_type: u32, //~ -
    pub desc: Vec<u8>, //~ -
}

pub struct FormatRule {
    pub email_pattern: String, //~ -
    pub name_prefix: String, //~ -
    pub date_format: String, //~ -
    pub phone_mask: String, //~ -
    pub max_name_len: usize, //~ -
}

pub struct Crate {
    pub crate_name: String, //~ -
    pub root_module: ModuleId, //~ -
    pub edition: Edition, //~ -
    pub disambiguator: u128, //~ -
}
