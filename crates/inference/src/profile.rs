//! What the arithmetic depends on besides models and options: on two machines of one profile, the same bytes come out.

/// Threads, the processor's features that kernels choose by, and its name where the system tells it: products are cut into
/// blocks by the size of its caches, and so are their sums.
pub fn numeric_profile() -> String {
    let threads = rayon::current_num_threads();
    // Both read the same variable of the environment, but count processors in ways of their own.
    let product_threads = candle_core::utils::get_num_threads();
    let features = features().join(" ");
    let mut profile =
        format!("{threads} threads, {product_threads} in products; {features}; compiled for {}", compiled_for());
    if let Some(name) = processor_name() {
        profile.push_str("; ");
        profile.push_str(&name);
    }
    profile
}

/// The widest vectors that the compiler could use without asking the processor.
fn compiled_for() -> &'static str {
    if cfg!(target_feature = "avx512f") {
        "avx512f"
    } else if cfg!(target_feature = "avx2") {
        "avx2"
    } else {
        "any"
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("f16c", std::arch::is_x86_feature_detected!("f16c")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ("avx512vnni", std::arch::is_x86_feature_detected!("avx512vnni")),
    ];
    std::iter::once("x86_64").chain(all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name)).collect()
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("dotprod", std::arch::is_aarch64_feature_detected!("dotprod")),
        ("i8mm", std::arch::is_aarch64_feature_detected!("i8mm")),
        ("fp16", std::arch::is_aarch64_feature_detected!("fp16")),
    ];
    std::iter::once("aarch64").chain(all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name)).collect()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<&'static str> {
    vec![std::env::consts::ARCH]
}

/// The processor's name as Linux tells it.
fn processor_name() -> Option<String> {
    let told = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = told.lines().find(|line| line.starts_with("model name"))?;
    let name = line.split_once(':')?.1.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then(|| name.replace(';', ","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_names_threads_and_features() {
        let profile = numeric_profile();
        assert!(profile.starts_with(&format!("{} threads", rayon::current_num_threads())), "{profile}");
        assert!(profile.contains(std::env::consts::ARCH), "{profile}");
        assert_eq!(profile, numeric_profile());
    }
}
