/** Starts the page on which a resident asks. */
import { Page } from "./page";

void new Page().restore();
