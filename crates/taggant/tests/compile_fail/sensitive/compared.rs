use taggant::Sensitive;

fn is_guessed(stored: &Sensitive<String>, guess: &Sensitive<String>) -> bool {
    stored == guess
}

fn main() {
    let value = Sensitive::new("a".to_owned());
    is_guessed(&value, &value);
}
