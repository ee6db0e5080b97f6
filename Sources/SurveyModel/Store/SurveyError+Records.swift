extension SurveyError.Code {
  /// No record of that identifier is here. Details: `table`, `id`.
  public static let recordUnknown = Self("record-not-found")
  /// The beginning of an identifier that several records share. Details: `table`, `id`, `matches` (the first of them, one a line).
  public static let recordAmbiguous = Self("record-ambiguous")
  /// Something that must be given is empty. Details: `field`.
  public static let valueMissing = Self("value-missing")
  /// A value that cannot be. Details: `field`, `value`; `allowed` (one a line) where there is a list.
  public static let valueInvalid = Self("value-invalid")
  /// An edit that names nothing to change. Details: `table`, `id`.
  public static let nothingToChange = Self("nothing-to-change")
  /// A finalized record, or part of one, is not edited. Details: `table`, `id` of the finalized record.
  public static let recordFinalized = Self("record-finalized")
  /// A record that was finalized once, and so submitted, is not deleted. Details: `table`, `id`, `at`.
  public static let recordSubmitted = Self("record-submitted")
  /// The record is not finalized. Details: `table`, `id`.
  public static let recordNotFinalized = Self("record-not-finalized")
  /// An assessment with unanswered items is not finalized. Details: `id`, `count`, `unanswered` (as `q3,scene7`).
  public static let assessmentIncomplete = Self("assessment-incomplete")
  /// The visit has ended already. Details: `id`, `endedAt`.
  public static let visitEnded = Self("visit-ended")
  /// Two records that belong to different enterprises. Details: `table`, `id`, `enterprise` of the former.
  public static let otherEnterprise = Self("other-enterprise")
  /// A file that cannot be read. Details: `path`.
  public static let fileUnreadable = Self("file-unreadable")
  /// What was typed is no field with a value. Details: `value`.
  public static let fieldMalformed = Self("field-malformed")
  /// The kind of record has no such field. Details: `field`, `allowed` (one a line).
  public static let fieldUnknown = Self("field-unknown")
  /// A field that is given twice. Details: `field`.
  public static let fieldRepeated = Self("field-repeated")
  /// A record with several faults; ``SurveyError/problems`` has each. Details: `table`, `count`.
  public static let recordRefused = Self("record-refused")
  /// A record that is never edited or deleted. Details: `table`, `id`.
  public static let recordAppendOnly = Self("record-append-only")
  /// A record on which one rests that is never changed is not deleted. Details: `table`, `id`; `by`, `record` of the latter.
  public static let recordReferenced = Self("record-referenced")
  /// A count that is above the one that bounds it. Details: `field`, `limit`.
  public static let fieldAbove = Self("field-above")
  /// Part of a record's key is not changed. Details: `table`, `field`.
  public static let keyFixed = Self("key-fixed")
  /// An operation on what belongs to another role alone. Details: `table`, `role`, `authority` (one a line).
  public static let notAuthorised = Self("not-authorised")
  /// A proposal that was decided already. Details: `id`, `state`, `by`.
  public static let proposalDecided = Self("proposal-decided")
  /// An enterprise that was merged into another already. Details: `id`, `canonical`.
  public static let enterpriseMerged = Self("enterprise-merged")
  /// Two enterprises whose credit codes differ are never merged without a word. Details: `first`, `second`.
  public static let creditCodesDiffer = Self("credit-codes-differ")
}
