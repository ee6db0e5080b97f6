extension SurveySchema {
  /// The pilot programme's tables: what became of an enterprise, the shared catalogue, and the office's own desk.
  ///
  /// As in the first migration times are text in UTC, days are text, money is whole fen; columns outside a key are nullable or have a
  /// default.
  static let programme = """
    ALTER TABLE enterprise ADD COLUMN established_on TEXT;
    ALTER TABLE enterprise ADD COLUMN registered_capital_fen INTEGER;
    ALTER TABLE enterprise ADD COLUMN ownership TEXT;
    ALTER TABLE enterprise ADD COLUMN main_products TEXT;
    ALTER TABLE enterprise ADD COLUMN park TEXT;
    ALTER TABLE enterprise ADD COLUMN systems TEXT;
    ALTER TABLE enterprise ADD COLUMN untrusted_on TEXT;
    ALTER TABLE enterprise ADD COLUMN untrusted_source TEXT;
    ALTER TABLE enterprise ADD COLUMN merged_into TEXT;
    CREATE INDEX enterprise_by_name ON enterprise(name);
    CREATE INDEX enterprise_by_sector ON enterprise(sub_sector);
    ALTER TABLE visit ADD COLUMN planned_on TEXT;
    ALTER TABLE visit ADD COLUMN attendees TEXT;
    CREATE INDEX visit_by_enterprise ON visit(enterprise_id);
    ALTER TABLE assessment ADD COLUMN score_milli INTEGER;
    ALTER TABLE assessment ADD COLUMN level INTEGER;
    ALTER TABLE assessment ADD COLUMN source TEXT;
    CREATE INDEX assessment_by_enterprise ON assessment(enterprise_id);
    ALTER TABLE diagnosis ADD COLUMN source TEXT;
    ALTER TABLE diagnosis ADD COLUMN provider_id TEXT;
    ALTER TABLE diagnosis ADD COLUMN assessment_id TEXT;
    ALTER TABLE diagnosis ADD COLUMN fee_fen INTEGER;
    ALTER TABLE diagnosis ADD COLUMN surveyed_on TEXT;
    ALTER TABLE diagnosis ADD COLUMN main_products TEXT;
    ALTER TABLE diagnosis ADD COLUMN process_flow TEXT;
    ALTER TABLE diagnosis ADD COLUMN devices TEXT;
    ALTER TABLE diagnosis ADD COLUMN software TEXT;
    ALTER TABLE diagnosis ADD COLUMN target_level INTEGER;
    ALTER TABLE diagnosis ADD COLUMN road_map TEXT;
    CREATE INDEX diagnosis_by_enterprise ON diagnosis(enterprise_id);
    CREATE INDEX finding_by_diagnosis ON finding(diagnosis_id);
    CREATE INDEX need_by_enterprise ON need(enterprise_id);
    CREATE INDEX evidence_by_digest ON evidence(sha256);

    CREATE TABLE enterprise_name(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', kind TEXT, valid_from TEXT,
      valid_to TEXT);
    CREATE INDEX enterprise_name_by_name ON enterprise_name(name);
    CREATE TABLE site(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', name TEXT, district TEXT, address TEXT,
      longitude_micro INTEGER, latitude_micro INTEGER, valid_from TEXT, valid_to TEXT);
    CREATE INDEX site_by_enterprise ON site(enterprise_id);
    CREATE TABLE unit_transfer(
      enterprise_id TEXT NOT NULL, from_on TEXT NOT NULL, unit TEXT, reason TEXT, PRIMARY KEY(enterprise_id, from_on));
    CREATE TABLE enterprise_year(
      enterprise_id TEXT NOT NULL, year INTEGER NOT NULL, above_scale INTEGER, above_scale_source TEXT, employees INTEGER,
      revenue_fen INTEGER, assets_fen INTEGER, cost_fen INTEGER, energy_kgce INTEGER, digital_spend_fen INTEGER,
      equipment_spend_fen INTEGER, equipment_total INTEGER, equipment_digital INTEGER, equipment_networked INTEGER, source TEXT, PRIMARY KEY(enterprise_id, year));
    CREATE INDEX enterprise_year_by_year ON enterprise_year(year, above_scale, enterprise_id);
    CREATE TABLE tier(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', tier TEXT, valid_from TEXT, valid_to TEXT, source TEXT);
    CREATE INDEX tier_by_enterprise ON tier(enterprise_id, tier, valid_from, valid_to);
    CREATE TABLE honour(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', title TEXT, year INTEGER, project TEXT, source TEXT);
    CREATE TABLE chain_link(
      enterprise_id TEXT NOT NULL, leader_id TEXT NOT NULL, direction TEXT, mode TEXT, completed_on TEXT, attributed INTEGER,
      note TEXT, PRIMARY KEY(enterprise_id, leader_id));
    CREATE INDEX chain_link_by_leader ON chain_link(leader_id);
    CREATE TABLE enrolment(enterprise_id TEXT PRIMARY KEY NOT NULL, batch INTEGER, note TEXT);
    CREATE TABLE enrolment_step(
      enterprise_id TEXT NOT NULL, step TEXT NOT NULL, happened_on TEXT, note TEXT, recorded_by TEXT,
      PRIMARY KEY(enterprise_id, step));
    CREATE INDEX enrolment_step_by_step ON enrolment_step(step, happened_on, enterprise_id);
    CREATE TABLE standing(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', kind TEXT, from_on TEXT, to_on TEXT, reason TEXT,
      decided_by TEXT);
    CREATE INDEX standing_by_enterprise ON standing(enterprise_id, kind, from_on, to_on);
    CREATE TABLE contract(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', number TEXT, title TEXT, provider_id TEXT, signed_on TEXT,
      total_fen INTEGER, down_payment_fen INTEGER, enterprise_share_fen INTEGER, provider_discount_fen INTEGER, subsidy_fen INTEGER,
      actual_investment_fen INTEGER, starts_on TEXT, ends_on TEXT, scope TEXT);
    CREATE INDEX contract_by_enterprise ON contract(enterprise_id);
    CREATE TABLE spot_check(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', contract_id TEXT, checked_on TEXT, checked_by TEXT,
      finding TEXT, note TEXT);
    CREATE TABLE warning(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', subject TEXT, provider_id TEXT, ground TEXT, issued_on TEXT,
      issued_by TEXT, withdrawn_on TEXT, note TEXT);
    CREATE TABLE acceptance(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', contract_id TEXT, agency_id TEXT, accepted_on TEXT,
      verdict TEXT, level INTEGER, edition TEXT, assessment_id TEXT, report_number TEXT, satisfaction INTEGER, supersedes_id TEXT,
      issued_by TEXT, note TEXT);
    CREATE INDEX acceptance_by_enterprise ON acceptance(enterprise_id, accepted_on);
    CREATE TABLE acceptance_criterion(
      acceptance_id TEXT NOT NULL, criterion TEXT NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', rating TEXT, text TEXT,
      PRIMARY KEY(acceptance_id, criterion));
    CREATE TABLE dossier_file(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', slot TEXT, file_name TEXT, sha256 TEXT, bytes INTEGER,
      received_on TEXT, note TEXT);
    CREATE INDEX dossier_file_by_digest ON dossier_file(sha256);
    CREATE TABLE cloud_use(
      enterprise_id TEXT NOT NULL, platform_id TEXT NOT NULL, year INTEGER NOT NULL, fee_fen INTEGER, first_used_on TEXT,
      PRIMARY KEY(enterprise_id, platform_id, year));
    CREATE TABLE identifier_month(
      enterprise_id TEXT NOT NULL, month TEXT NOT NULL, registrations INTEGER, resolutions INTEGER, PRIMARY KEY(enterprise_id, month));
    CREATE TABLE payment(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', rule TEXT, instalment TEXT, amount_fen INTEGER, year INTEGER,
      payee TEXT, channel TEXT, reference TEXT, policy TEXT, paid_on TEXT, approved_by TEXT, note TEXT);
    CREATE INDEX payment_by_enterprise ON payment(enterprise_id, rule);
    CREATE TABLE approval(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', rule TEXT, year INTEGER, ceiling_fen INTEGER,
      approved_fen INTEGER, policy TEXT, derivation TEXT, decided_on TEXT, decided_by TEXT, note TEXT);
    CREATE TABLE other_support(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', item TEXT, policy_name TEXT, amount_fen INTEGER,
      paid_on TEXT, note TEXT);
    CREATE TABLE achievement(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', kind TEXT, title TEXT, count INTEGER, happened_on TEXT,
      source TEXT);
    CREATE INDEX achievement_by_kind ON achievement(kind, happened_on, count, enterprise_id);
    CREATE TABLE recommendation(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', diagnosis_id TEXT, link TEXT, text TEXT, solution_id TEXT,
      provider_id TEXT, budget_fen INTEGER, target_level INTEGER, due_on TEXT);
    CREATE TABLE survey_person(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', diagnosis_id TEXT, name TEXT, agency TEXT, role TEXT,
      contact TEXT);
    CREATE TABLE handover(
      enterprise_id TEXT NOT NULL, user TEXT NOT NULL, withdrawn_at TEXT, withdrawn_by TEXT, successor TEXT, handed_at TEXT,
      PRIMARY KEY(enterprise_id, user));
    CREATE TABLE erasure(
      id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL DEFAULT 'office', record_table TEXT NOT NULL DEFAULT '', record_key TEXT,
      column_name TEXT, reason TEXT, decided_by TEXT, decided_at TEXT, changesets TEXT);
    CREATE TABLE erasure_receipt(
      erasure_id TEXT NOT NULL, device TEXT NOT NULL, scope TEXT NOT NULL DEFAULT 'office', user TEXT, seen_at TEXT, cleaned_at TEXT,
      PRIMARY KEY(erasure_id, device));
    CREATE TABLE proposal(
      id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL DEFAULT 'office', record_table TEXT NOT NULL DEFAULT '', record_id TEXT,
      fields TEXT, reason TEXT, proposed_by TEXT, proposed_as TEXT, proposed_at TEXT, state TEXT NOT NULL DEFAULT 'open',
      decided_by TEXT, decided_at TEXT, decision TEXT);

    CREATE TABLE provider(
      id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', uscc TEXT, kind TEXT, sub_sectors TEXT, contact TEXT,
      selected_on TEXT, batch INTEGER);
    CREATE TABLE provider_state(
      id TEXT PRIMARY KEY NOT NULL, provider_id TEXT NOT NULL DEFAULT '', state TEXT, from_on TEXT, reason TEXT, decided_by TEXT);
    CREATE TABLE solution(
      id TEXT PRIMARY KEY NOT NULL, provider_id TEXT, name TEXT NOT NULL DEFAULT '', sub_sector TEXT, links TEXT, objectives TEXT,
      summary TEXT, price_fen INTEGER, listed_on TEXT, withdrawn_on TEXT, replicable_on TEXT);
    CREATE TABLE platform(
      id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', operator TEXT, registered_on TEXT, cross_industry INTEGER);
    CREATE TABLE chain_leader(
      id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', uscc TEXT, selected_on TEXT, contact TEXT);
    CREATE TABLE agency(
      id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', uscc TEXT, kind TEXT, domains TEXT, recognised_on TEXT);
    CREATE TABLE policy_file(
      id TEXT PRIMARY KEY NOT NULL, title TEXT, document TEXT, adopted_at TEXT, adopted_by TEXT);
    CREATE TABLE event(
      id TEXT PRIMARY KEY NOT NULL, kind TEXT, title TEXT, held_on TEXT, place TEXT, note TEXT);
    CREATE TABLE attendance(
      event_id TEXT NOT NULL, enterprise_id TEXT NOT NULL, matched_provider_id TEXT, note TEXT, PRIMARY KEY(event_id, enterprise_id));
    CREATE TABLE training(
      id TEXT PRIMARY KEY NOT NULL, title TEXT, agency_id TEXT, registered INTEGER, held_on TEXT, hours INTEGER, attendees INTEGER);
    CREATE TABLE programme_result(
      id TEXT PRIMARY KEY NOT NULL, kind TEXT, title TEXT, sub_sector TEXT, mode TEXT, happened_on TEXT, note TEXT);

    CREATE TABLE alias(
      retired_id TEXT PRIMARY KEY NOT NULL, canonical_id TEXT, reason TEXT, decided_by TEXT, decided_at TEXT, undone_by TEXT,
      undone_at TEXT);
    CREATE TABLE distinct_pair(
      first_id TEXT NOT NULL, second_id TEXT NOT NULL, reason TEXT, decided_by TEXT, decided_at TEXT, PRIMARY KEY(first_id, second_id));
    CREATE TABLE snapshot(
      id TEXT PRIMARY KEY NOT NULL, quarter TEXT, as_of TEXT, taken_at TEXT, taken_by TEXT, digest TEXT, document TEXT);
    CREATE TABLE correction(
      id TEXT PRIMARY KEY NOT NULL, snapshot_id TEXT NOT NULL DEFAULT '', noted_at TEXT, noted_by TEXT, indicator TEXT, frozen TEXT,
      now TEXT);
    CREATE TABLE late_record(
      record_table TEXT NOT NULL, record_key TEXT NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', day TEXT, quarter TEXT, noted_at TEXT,
      state TEXT NOT NULL DEFAULT 'waiting', reason TEXT, decided_by TEXT, decided_at TEXT, PRIMARY KEY(record_table, record_key));
    CREATE INDEX late_record_by_enterprise ON late_record(enterprise_id);
    -- What the office's machine has looked at; not synced.
    CREATE TABLE desk(name TEXT PRIMARY KEY NOT NULL, reached INTEGER);
    """

  /// What the rules for agencies and platforms ask for.
  static let fees = """
    ALTER TABLE acceptance ADD COLUMN fee_fen INTEGER;
    CREATE TABLE platform_year(
      platform_id TEXT NOT NULL, year INTEGER NOT NULL, service_income_fen INTEGER, source TEXT, PRIMARY KEY(platform_id, year));
    """

  /// What the list of policies tells of each.
  static let policies = """
    ALTER TABLE policy_file ADD COLUMN level TEXT;
    ALTER TABLE policy_file ADD COLUMN unit TEXT;
    ALTER TABLE policy_file ADD COLUMN valid_from TEXT;
    ALTER TABLE policy_file ADD COLUMN valid_to TEXT;
    ALTER TABLE policy_file ADD COLUMN concerns TEXT;
    ALTER TABLE policy_file ADD COLUMN gives TEXT;
    ALTER TABLE policy_file ADD COLUMN source TEXT;
    ALTER TABLE policy_file ADD COLUMN doubt TEXT;
    """

  /// What is looked at again: visits whose day was wrong, and what the office orders; and whose account is whose.
  static let secondLooks = """
    ALTER TABLE visit ADD COLUMN visited_on TEXT;
    ALTER TABLE visit ADD COLUMN amended_by TEXT;
    ALTER TABLE visit ADD COLUMN amended_because TEXT;
    ALTER TABLE survey_person ADD COLUMN account TEXT;
    CREATE TABLE field_order(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', kind TEXT, people TEXT, due_on TEXT, reason TEXT, done_on TEXT,
      ordered_by TEXT);
    CREATE INDEX field_order_by_enterprise ON field_order(enterprise_id);
    """

  /// Files that come along, and what the office has decided of them.
  static let attached = """
    ALTER TABLE evidence ADD COLUMN visit_id TEXT;
    ALTER TABLE evidence ADD COLUMN media_type TEXT;
    ALTER TABLE evidence ADD COLUMN attached_by TEXT;
    CREATE INDEX evidence_by_enterprise ON evidence(enterprise_id);
    CREATE TABLE attachment_policy(id TEXT PRIMARY KEY NOT NULL, location TEXT, decided_by TEXT, decided_at TEXT);
    """
}
