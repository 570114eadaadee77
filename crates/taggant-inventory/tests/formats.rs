//! Mach-O, PE and others, made here: the records of this test in files of other systems.

#![forbid(unsafe_code)]

#[path = "support/own_records.rs"]
mod own_records;

use std::io::Cursor;

use object::write::pe;
use object::write::{Object, StandardSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind};
use own_records::own_records;
use taggant::Tagged;
use taggant_inventory::Binary;

#[derive(Tagged)]
#[tagged(dataset = "one", row = none, unbound)]
struct One {
    #[tag("user.name")]
    name: String,
}

#[derive(Tagged)]
#[tagged(dataset = "two", row = none, unbound)]
struct Two {
    #[tag("user.contact.email", mask = email)]
    email: String,
    #[nested]
    one: One,
}

fn read(bytes: &[u8]) -> Binary {
    Binary::from_reader("file", Cursor::new(bytes)).expect("bytes are read")
}

fn check(bytes: &[u8], format: &str, found_in: &str) -> Binary {
    let binary = read(bytes);
    let mut datasets: Vec<_> = binary.types.iter().map(|found| found.dataset.as_str()).collect();
    datasets.sort_unstable();
    assert_eq!(datasets, ["one", "two"]);
    assert_eq!((binary.format, binary.found_in), (format, found_in));
    assert_eq!(binary.damaged_count, 0);
    binary
}

/// An object file with the records in this section, and other bytes around it.
fn object(format: BinaryFormat, segment: &str, section: &str) -> Vec<u8> {
    let mut object = Object::new(format, Architecture::Aarch64, Endianness::Little);
    let text = object.section_id(StandardSection::Text);
    object.append_section_data(text, &[0xC3; 100], 16);
    let kind = if format == BinaryFormat::Elf { SectionKind::Note } else { SectionKind::Data };
    let ours = object.add_section(segment.into(), section.into(), kind);
    object.append_section_data(ours, &own_records(), 4);
    object.write().expect("an object file")
}

#[test]
fn mach_o_is_read() {
    let bytes = object(BinaryFormat::MachO, "__DATA", "__taggant");
    let binary = check(&bytes, "macho", "section");
    assert_eq!(binary.architecture, "aarch64");
}

#[test]
fn elf_and_coff_objects_are_read() {
    check(&object(BinaryFormat::Elf, "", ".note.taggant"), "elf", "section");
    let mut coff = Object::new(BinaryFormat::Coff, Architecture::X86_64, Endianness::Little);
    let ours = coff.add_section(Vec::new(), b".taggant".to_vec(), SectionKind::Data);
    coff.append_section_data(ours, &own_records(), 4);
    check(&coff.write().expect("an object file"), "coff", "section");
}

#[test]
fn pe_is_read() {
    check(&image(*b".taggant"), "pe", "section");
    check(&image(*b".renamed"), "pe", "bytes");
}

/// A Windows program with a section of this name.
fn image(name: [u8; 8]) -> Vec<u8> {
    let records = own_records();
    let len = u32::try_from(records.len()).expect("small");
    let mut bytes = Vec::new();
    let mut writer = pe::Writer::new(true, 0x1000, 0x200, &mut bytes);
    writer.reserve_dos_header_and_stub();
    writer.reserve_nt_headers(16);
    writer.reserve_section_headers(2);
    let text = writer.reserve_text_section(16);
    let flags = object::pe::IMAGE_SCN_CNT_INITIALIZED_DATA | object::pe::IMAGE_SCN_MEM_READ;
    let ours = writer.reserve_section(name, flags, len, len);
    writer.write_dos_header_and_stub().expect("written");
    writer.write_nt_headers(headers(text.virtual_address));
    writer.write_section_headers();
    writer.write_section(text.file_offset, &[0xC3; 16]);
    writer.write_section(ours.file_offset, &records);
    bytes
}

fn headers(entry: u32) -> pe::NtHeaders {
    pe::NtHeaders {
        machine: object::pe::IMAGE_FILE_MACHINE_AMD64,
        time_date_stamp: 0,
        characteristics: object::pe::IMAGE_FILE_EXECUTABLE_IMAGE,
        major_linker_version: 0,
        minor_linker_version: 0,
        address_of_entry_point: entry,
        image_base: 0x1_4000_0000,
        major_operating_system_version: 6,
        minor_operating_system_version: 0,
        major_image_version: 0,
        minor_image_version: 0,
        major_subsystem_version: 6,
        minor_subsystem_version: 0,
        subsystem: object::pe::IMAGE_SUBSYSTEM_WINDOWS_CUI,
        dll_characteristics: object::pe::DllFlags(0),
        size_of_stack_reserve: 1 << 20,
        size_of_stack_commit: 4096,
        size_of_heap_reserve: 1 << 20,
        size_of_heap_commit: 4096,
    }
}

/// See `fixture/foreign/make.sh`.
#[test]
fn records_survive_the_linkers_of_other_systems() {
    for (bytes, format, found_in) in [
        (&include_bytes!("fixture/foreign/records.dll")[..], "pe", "section"),
        (include_bytes!("fixture/foreign/records.dylib"), "macho", "section"),
        (include_bytes!("fixture/foreign/records.wasm"), "wasm", "bytes"),
    ] {
        let binary = read(bytes);
        assert_eq!((binary.format, binary.found_in), (format, found_in));
        assert_eq!(binary.types.len(), 1, "{format}");
        assert_eq!(binary.types[0].dataset, "customers");
    }
}

#[test]
fn a_file_for_two_processors_has_each_type_once() {
    let part = object(BinaryFormat::MachO, "__DATA", "__taggant");
    let mut fat = Vec::new();
    let number = |fat: &mut Vec<u8>, n: usize| {
        fat.extend(u32::try_from(n).expect("small").to_be_bytes());
    };
    number(&mut fat, 0xCAFE_BABE);
    number(&mut fat, 2);
    for (index, processor) in [0x0100_000C, 0x0100_0007].into_iter().enumerate() {
        for value in [processor, 0, 4096 + index * part.len(), part.len(), 0] {
            number(&mut fat, value);
        }
    }
    fat.resize(4096, 0);
    fat.extend(&part);
    fat.extend(&part);
    check(&fat, "macho_fat", "bytes");
}

#[test]
fn records_are_found_without_any_format() {
    let mut bytes = vec![0xFE; 3 << 20];
    bytes.extend(own_records());
    bytes.extend([b'T'; 100]);
    check(&bytes, "unknown", "bytes");
    check(&own_records(), "unknown", "bytes");
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    wasm.extend(own_records());
    check(&wasm, "wasm", "bytes");
}

#[test]
fn a_record_across_the_border_of_two_reads_is_found() {
    let records = own_records();
    for shift in [1, 7, 8, 27, 28, 29, 60, 200] {
        let mut bytes = vec![0; (1 << 20) - shift];
        bytes.extend(&records);
        bytes.extend([0; 64]);
        check(&bytes, "unknown", "bytes");
    }
}
