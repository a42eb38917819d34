using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Forms;

/// <summary>A field as the database holds it.</summary>
public sealed class StoredFormField
{
    /// <summary>The field's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name by which admins know it, unique.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>What the admin said, a <see cref="FieldDefinition"/> as JSON.</summary>
    public required string Definition { get; set; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A form as the database holds it.</summary>
public sealed class StoredForm
{
    /// <summary>The form's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name by which admins know it, unique.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>What it is for.</summary>
    public required FormType Type { get; init; }

    /// <summary>The steps, a list of <see cref="StepDefinition"/> as JSON.</summary>
    public required string Steps { get; set; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>What an admin says about a step.</summary>
public sealed record StepDefinition
{
    /// <summary>What the step does.</summary>
    public FormStepType Type { get; init; }

    /// <summary>The ids of the fields, in order.</summary>
    public IReadOnlyList<Guid> Fields { get; init; } = [];

    /// <summary>The title where the language has none.</summary>
    public string? Title { get; init; }

    /// <summary>The titles by language tag.</summary>
    public IReadOnlyDictionary<string, string>? Titles { get; init; }
}
