/** What services of a test's own answer from. */

export const GARDEN_WASTE = `---
id: garden-waste
title: Garden waste
service: waste
owner: waste@test.example
last_reviewed: 2026-03-02
---
# Garden waste

A garden waste subscription costs £52 a year. We collect garden waste every two weeks.
`;
