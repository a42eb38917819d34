namespace IdentityServer;

/// <summary>
/// What is wrong with what was sent, in the form that pages and the management API share: findings at a field
/// (<c>user.email</c>) and findings about the whole. Clients and message files go by <see cref="FieldError.Code"/>.
/// </summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> fields = [];
    private readonly List<FieldError> general = [];

    /// <summary>Findings at a field, in the order they were made.</summary>
    public IReadOnlyList<FieldError> Fields => fields;

    /// <summary>Findings that belong to no single field.</summary>
    public IReadOnlyList<FieldError> General => general;

    /// <summary>Whether anything was found.</summary>
    public bool Any => fields.Count + general.Count > 0;

    /// <summary>Notes a finding at a field; <paramref name="data"/> fills the placeholders of a translated message.</summary>
    public FieldErrors Add(string field, string reason, string message, IReadOnlyDictionary<string, object>? data = null)
    {
        fields.Add(new FieldError(field, reason, message, data));
        return this;
    }

    /// <summary>Notes a finding about the whole.</summary>
    public FieldErrors AddGeneral(string reason, string message, IReadOnlyDictionary<string, object>? data = null)
    {
        general.Add(new FieldError("", reason, message, data));
        return this;
    }

    /// <summary>Whether something was found at this field.</summary>
    public bool Has(string field) => fields.Exists(error => error.Field == field);

    /// <summary>Whether this was found at this field.</summary>
    public bool Has(string field, string reason) => fields.Exists(error => error.Field == field && error.Reason == reason);
}

/// <summary>One finding. <paramref name="Message"/> is English, for logs, API clients and languages without a sentence for the code.</summary>
/// <param name="Field">Dotted path of the field, empty for a finding about the whole.</param>
/// <param name="Reason">One word for what is wrong: <c>blank</c>, <c>duplicate</c>, <c>tooShort</c>.</param>
/// <param name="Message">The English sentence.</param>
/// <param name="Data">Values that a translated sentence may name, such as <c>min</c>.</param>
public sealed record FieldError(string Field, string Reason, string Message, IReadOnlyDictionary<string, object>? Data = null)
{
    /// <summary>What programs compare and what messages are looked up by: <c>[blank]user.email</c>.</summary>
    public string Code => $"[{Reason}]{Field}";
}
