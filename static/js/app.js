// Everything that scripts add to the pages. Each module is one behaviour, bound through `data-`
// attributes; they are joined into one file when they are served.
import "./theme.js";
import "./sidebar.js";
import "./menus.js";
import "./row-menu.js";
import "./dialog.js";
import "./rename.js";
import "./starters.js";
import "./composer.js";
import "./stop.js";
import "./palette.js";
import "./edit.js";
import "./keys.js";
import "./stick.js";
import "./turns.js";
import "./waiting.js";
import "./earlier.js";
import "./follow.js";
import "./copy.js";
import "./toast.js";
import "./packing.js";
import "./time-zone.js";
import "./places.js";
import "./sections.js";
