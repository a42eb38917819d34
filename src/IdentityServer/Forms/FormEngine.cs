using Microsoft.Extensions.Logging;

namespace IdentityServer.Forms;

/// <summary>
/// Leads people through forms, whatever the surface. It stores nothing and creates nothing: what a person answered travels with the
/// page, and a surface acts when all of it is right.
/// </summary>
public sealed partial class FormEngine(SealedAnswers sealing, ILogger<FormEngine> log)
{
    private const int MostValues = 501;
    private const int LongestValue = 12_000;
    private const int LoggedNames = 10;
    private const int LoggedLength = 64;

    /// <summary>
    /// The first page. <paramref name="start"/> are answers to begin with; <paramref name="known"/> those of fields that the form
    /// leaves out.
    /// </summary>
    public FormProgress Begin(Form form, string binding, Answers? start = null, Answers? known = null, FieldErrors? errors = null)
    {
        var answers = start?.Copy() ?? new Answers();
        foreach (var field in form.Fields.Where(field => !answers.Has(field.Key.Text) && field.Definition.Default.Count > 0))
        {
            answers.Set(field.Key.Text, field.Definition.Default);
        }

        var run = new Run(form, binding, answers, known);
        var first = run.Findings.Visible.Count == 0 ? 0 : form.Steps.ToList().FindIndex(run.Findings.HasSomething);
        return Page(run, first) with { Errors = errors ?? new() };
    }

    /// <summary>
    /// A post. <paramref name="rules"/> are those of the surface, asked once the form itself has nothing against the answers that
    /// it is given; of what they find, that at fields which were not asked for yet is left for later.
    /// </summary>
    public FormMove Handle(Form form, FormPost post, string binding, Answers? known = null, Func<FormFindings, FieldErrors>? rules = null)
    {
        LogUnknown(form, post);
        var state = post.State is { } text ? sealing.Open(text, binding) : null;
        if (post.State is not null && state is null)
        {
            return new FormMove.Show(Expired(form, post, binding, known));
        }

        var step = Math.Clamp(state?.Step ?? 0, 0, form.Steps.Count - 1);
        var changed = state is not null && (state.Version != form.Version || state.FormId != form.Id);
        var answers = new Answers((state?.Answers ?? new Dictionary<string, string[]>()).Where(answer => IsNamed(form, answer.Key)));
        Take(post, answers, (changed ? form.Fields : form.Steps[step].Fields).Where(field => WasThere(field, post, state)));

        var run = new Run(form, binding, answers, known, state?.Mailed);
        var findings = run.Findings;
        var upTo = Errors(form, findings, step, rules);
        Forget(form, answers, upTo);
        if (post.Wish is FormWish.Back or FormWish.Refresh)
        {
            var page = Page(run, step);
            return new FormMove.Show(post.Wish is FormWish.Back && page.Previous is { } previous ? Page(run, previous) : page);
        }

        if (changed && FirstChanged(form, findings, state!, step) is { } first)
        {
            return new FormMove.Show(Page(run, first) with { Notice = FormNotice.Changed });
        }

        // What the answers just brought up has not been asked yet, so it can't be wrong.
        var shown = state?.Shown ?? [.. form.Steps[step].Fields.Select(field => field.Key.Text)];
        var fresh = form.Steps[step].Fields.Select(field => field.Key.Text)
            .Where(key => findings.Visible.Contains(key) && !shown.Contains(key) && !post.Has(key)).ToHashSet(StringComparer.Ordinal);
        var told = Only(upTo, key => !fresh.Contains(key));
        if (fresh.Count > 0 || told.Any)
        {
            return new FormMove.Show(Page(run, FirstWrong(form, told) ?? step) with { Errors = told, Notice = fresh.Count > 0 ? FormNotice.More : FormNotice.None });
        }

        var next = Enumerable.Range(step + 1, form.Steps.Count - step - 1).Cast<int?>().FirstOrDefault(index => findings.HasSomething(form.Steps[index!.Value]));
        return next is { } following
            ? Proven(run, step, following, new FormMove.Show(Page(run, following)))
            : Proven(run, step, form.Steps.Count, new FormMove.Complete(Page(run, LastAsked(run, step))));
    }

    /// <summary>The page on which the address is proven, once a mail was sent for that.</summary>
    public FormProgress Mailed(FormProgress page, MailedProof mailed, string binding, Answers? known = null) =>
        Page(new Run(page.Form, binding, page.Answers, known, mailed), page.Step);

    /// <summary>The page on which a surface's refusal of complete answers is told: the step of the first field it is about.</summary>
    public FormProgress Refuse(FormMove.Complete complete, string binding, FieldErrors errors, Answers? known = null) =>
        Refuse(complete.Last, binding, errors, known);

    /// <summary>The same where the address can't be proven: where it is asked for, or, having stood there, the page that proves it.</summary>
    public FormProgress Refuse(FormMove.Verify verify, string binding, FieldErrors errors, Answers? known = null) =>
        Refuse(verify.Here ? verify.Page : verify.Page with { Step = verify.Page.Previous ?? verify.Page.Step }, binding, errors, known);

    /// <summary>
    /// The page again for a post that did not prove to be the person's own: with what was typed, but with no password, for it may be
    /// somebody else's.
    /// </summary>
    public FormProgress Again(Form form, FormPost post, string binding, FieldErrors errors, Answers? known = null)
    {
        var state = post.State is { } text ? sealing.Open(text, binding) : null;
        if (state is null)
        {
            return Expired(form, post, binding, known) with { Errors = errors, Notice = FormNotice.None };
        }

        var step = Math.Clamp(state.Step, 0, form.Steps.Count - 1);
        var answers = new Answers(state.Answers.Where(answer => IsNamed(form, answer.Key)));
        Take(post, answers, form.Steps[step].Fields.Where(field => WasThere(field, post, state)));
        DropSecrets(form, answers);
        return Page(new Run(form, binding, answers, known, state.Mailed), step) with { Errors = errors };
    }

    private FormProgress Expired(Form form, FormPost post, string binding, Answers? known)
    {
        var answers = new Answers();
        Take(post, answers, form.Fields.Where(field => post.Has(field.Key.Text)));
        DropSecrets(form, answers);
        return Begin(form, binding, answers, known) with { Notice = FormNotice.Expired };
    }

    private FormProgress Page(Run run, int step)
    {
        var (form, findings) = (run.Form, run.Findings);
        return new FormProgress
        {
            Form = form,
            Step = step,
            Answers = run.Answers,
            Findings = findings,
            Mailed = run.Mailed,
            Sealed = sealing.Seal(
                new FormState(
                    form.Id,
                    form.Version,
                    step,
                    run.Answers.All,
                    [.. form.Steps.Take(step + 1).SelectMany(part => part.Fields).Select(field => field.Fingerprint)],
                    [.. form.Steps[step].Fields.Select(field => field.Key.Text).Where(findings.Visible.Contains)],
                    run.Mailed),
                run.Binding),
        };
    }

    private FormProgress Refuse(FormProgress page, string binding, FieldErrors errors, Answers? known)
    {
        var (form, answers) = (page.Form, page.Answers.Copy());
        Forget(form, answers, errors);
        return Page(new Run(form, binding, answers, known, page.Mailed), FirstWrong(form, errors) ?? page.Step) with { Errors = errors };
    }

    // Nobody gets past a step that proves the address without passing it, wherever they come from: what is asked after it counts on it.
    private FormMove Proven(Run run, int from, int to, FormMove then) =>
        run.Form.Verifications.Where(step => step < to).Cast<int?>().FirstOrDefault() is { } step
        && FormCheck.Text(run.Findings[PredefinedFields.Email]) is { } address
            ? new FormMove.Verify(Page(run, step), address, from == step, then)
            : then;

    private static int LastAsked(Run run, int step) =>
        Enumerable.Range(0, step + 1).Reverse().FirstOrDefault(index => run.Findings.HasSomething(run.Form.Steps[index]), step);

    // On the page as we made it, or put there by its script.
    private static bool WasThere(FormField field, FormPost post, FormState? state) =>
        state is null || state.Shown.Contains(field.Key.Text) || post.Has(field.Key.Text);

    // A box that is not ticked is not posted, so what is missing counts as an answer too. A password that was kept and left blank
    // stays the one that it was.
    private static void Take(FormPost post, Answers answers, IEnumerable<FormField> fields)
    {
        foreach (var field in fields)
        {
            var key = field.Key.Text;
            if (field.IsSecret && answers.Has(key) && post[key].Concat(post[field.ConfirmName]).All(string.IsNullOrEmpty))
            {
                continue;
            }

            answers.Set(key, Bounded(field, post[key]));
            if (field.Definition.Confirm)
            {
                answers.Set(field.ConfirmName, Bounded(field, post[field.ConfirmName]));
            }
        }
    }

    // What is longer than any value may be is told to be too long, and travels no further. Space around a value is nobody's intention,
    // except in a password.
    private static IEnumerable<string> Bounded(FormField field, IEnumerable<string> typed) => typed.Take(MostValues)
        .Select(value => field.IsSecret ? value : value.Trim())
        .Select(value => value.Length <= LongestValue ? value : value[..(char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue)]);

    // Only a password that is right, and typed twice where it has to be, is kept; and then it needs no second look.
    private static void Forget(Form form, Answers answers, FieldErrors errors)
    {
        foreach (var field in form.Fields.Where(field => field.IsSecret))
        {
            answers.Remove(field.ConfirmName);
            if (errors.Has(field.Key.Text) || answers[field.Key.Text].All(string.IsNullOrEmpty))
            {
                answers.Remove(field.Key.Text);
            }
        }
    }

    private static void DropSecrets(Form form, Answers answers)
    {
        foreach (var field in form.Fields.Where(field => field.IsSecret))
        {
            answers.Remove(field.ConfirmName);
            answers.Remove(field.Key.Text);
        }
    }

    private static FieldErrors Errors(Form form, FormFindings findings, int step, Func<FormFindings, FieldErrors>? rules)
    {
        bool AskedFor(string key) => form.Find(key) is not null && form.StepOf(key) <= step;
        var errors = Only(findings.Errors, AskedFor);
        foreach (var found in rules?.Invoke(findings).Fields ?? [])
        {
            if (AskedFor(found.Field) && findings.Visible.Contains(found.Field) && !errors.Has(found.Field))
            {
                errors.Add(found.Field, found.Reason, found.Message, found.Data);
            }
        }

        return errors;
    }

    private static FieldErrors Only(FieldErrors all, Func<string, bool> wanted)
    {
        var some = new FieldErrors();
        foreach (var error in all.Fields.Where(error => wanted(error.Field)))
        {
            some.Add(error.Field, error.Reason, error.Message, error.Data);
        }

        return some;
    }

    private static int? FirstWrong(Form form, FieldErrors errors) =>
        errors.Fields.Count == 0 ? null : errors.Fields.Min(error => form.StepOf(error.Field));

    private static int? FirstChanged(Form form, FormFindings findings, FormState state, int step) =>
        Enumerable.Range(0, step + 1).Cast<int?>().FirstOrDefault(index => form.Steps[index!.Value].Fields
            .Any(field => findings.Visible.Contains(field.Key.Text) && !state.Seen.Contains(field.Fingerprint)));

    private static bool IsNamed(Form form, string name)
    {
        const string Confirm = "confirm.";
        return form.Find(name) is not null || (name.StartsWith(Confirm, StringComparison.Ordinal) && form.Find(name[Confirm.Length..]) is not null);
    }

    private void LogUnknown(Form form, FormPost post)
    {
        var unknown = post.Names.Where(name => FormPost.IsAnswer(name) && name != FormPost.StateField && !IsNamed(form, name))
            .Take(LoggedNames)
            .Select(name => new string([.. name.Take(LoggedLength).Select(character => char.IsControl(character) ? '?' : character)]))
            .ToList();
        if (unknown.Count > 0)
        {
            LogIgnored(form.Id, string.Join(' ', unknown));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A post of form {FormId} named fields that the form does not have; they were ignored: {Names}")]
    private partial void LogIgnored(Guid formId, string names);

    private sealed class Run(Form form, string binding, Answers answers, Answers? known, MailedProof? mailed = null)
    {
        public MailedProof? Mailed => mailed;

        public Form Form => form;

        public string Binding => binding;

        public Answers Answers => answers;

        public FormFindings Findings { get; } = FormCheck.Check(form, answers, known);
    }
}
