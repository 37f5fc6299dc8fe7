// What the page calls things, in both languages: the names by which a person, and a test, finds them.
export type Language = "ko" | "en";

const english = {
  title: "Take the wheel of Kubernetes",
  switchTo: "한국어",
  playground: "Playground",
  editor: "Editor",
  manifest: "Manifest",
  apply: "Apply",
  dryRun: "Dry run",
  shortcuts: "Keyboard shortcuts",
};

export type Words = typeof english;

export const words: Record<Language, Words> = {
  en: english,
  ko: {
    title: "쿠버네티스를 직접 몰아 보자",
    switchTo: "English",
    playground: "놀이터",
    editor: "편집기",
    manifest: "매니페스트",
    apply: "적용",
    dryRun: "시험 적용",
    shortcuts: "단축키",
  },
};
