package dev.falflow.script;

import dev.falflow.NearNames;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes settings apart; those of another shape are said, and taken as empty. */
final class SettingChecks {
  private static final String WRONG = "bad-fal-value";
  private static final String UNKNOWN = "unknown-fal-key";
  private static final Pattern LIKE_A_SCRIPT = Pattern.compile("\\.(py|ipynb)\\s*$");

  private final Findings findings;

  SettingChecks(Findings findings) {
    this.findings = findings;
  }

  /** Whether there is a map; anything else but nothing is passed over, as the old fal did. */
  boolean isMap(Setting fal) {
    if (fal.isFilled() && !fal.isMap()) {
      findings.warn(
          fal,
          "ignored-fal",
          fal.name() + " has to be a map, not " + fal.kind() + ", and is passed over",
          null);
    }
    return fal.isFilled() && fal.isMap();
  }

  /** A word under a key that is no slip of the pen is passed over, as the old fal did. */
  void refuseOtherKeys(Setting map, List<String> known) {
    for (String key : map.keys()) {
      if (known.contains(key)) {
        continue;
      }
      Setting value = map.get(key);
      String near = NearNames.hint(key, known).strip();
      String words = map.name() + " has no key '" + key + "'";
      String knows = "It knows " + String.join(", ", known) + ".";
      if (!near.isEmpty()) {
        findings.error(value, UNKNOWN, words, near);
      } else if (value.isList() || value.isMap() || LIKE_A_SCRIPT.matcher(value.text()).find()) {
        findings.error(value, UNKNOWN, words, knows);
      } else {
        findings.warn(value, UNKNOWN, words + ", it is passed over", knows);
      }
    }
  }

  /** The items that are filled, of what has to be a list. */
  List<Setting> itemsOf(Setting list) {
    if (list.isFilled() && !list.isList()) {
      String hint = list.isText() ? "Write [" + list.text() + "]." : null;
      refuse(list, "has to be a list, not " + list.kind(), hint);
    }
    return list.items().stream().filter(Setting::isFilled).toList();
  }

  /** The environment that a model or hook names, null without. */
  @Nullable String environment(Setting of) {
    Setting environment = of.get("environment");
    if (environment.isFilled() && !environment.isText()) {
      refuse(environment, "has to be an environment's name, not " + environment.kind(), null);
    }
    return environment.isFilled() && environment.isText() ? environment.text() : null;
  }

  void refuse(Setting at, String words, @Nullable String hint) {
    findings.error(at, WRONG, at.name() + " " + words, hint);
  }
}
