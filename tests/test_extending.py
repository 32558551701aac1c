"""The package extended from outside, with public names only; the guide shows these examples."""

# --- imports of a new kind of source ---
# --- imports of a new score ---
# --- imports of a new significance test ---
# --- imports of a new corpus ---
# --- imports of a new feature extractor ---


# === a new kind of source ===


# === a new score ===


# === a new significance test ===


# === a new corpus ===


# === a new feature extractor ===
