using System.Globalization;
using IdentityServer.Registrations;

namespace IdentityServer.Api;

/// <summary>
/// What a search asks for, whether it came in the address or as <c>search</c> in the body (§1.8). Findings stand under
/// <c>search.</c> either way.
/// </summary>
internal sealed class SearchCriteria
{
    private const string Envelope = "search";
    private const int MaxSortFields = 10;
    private const int MaxStart = 100_000_000;
    private const int MaxResults = 1000;

    private readonly ApiRequest request;
    private readonly JsonFields? body;

    private SearchCriteria(ApiRequest request, JsonFields? body) => (this.request, this.body) = (request, body);

    /// <summary>The criteria of a call; a body without any finds everything.</summary>
    public static SearchCriteria Of(ApiRequest request) => new(request, request.IsGet ? null : request.Beside().Section(Envelope));

    /// <summary>A criterion of text.</summary>
    public string? Text(string name, int max = JsonFields.Short) => body is null ? request.Query(name) : body.Text(name, max);

    /// <summary>A switch.</summary>
    public bool Flag(string name) => body is null ? request.QueryFlag(name) : body.Flag(name);

    /// <summary>An id.</summary>
    public Guid? Id(string name) => body is null ? request.QueryId(name) : body.Id(name);

    /// <summary>An instant.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (body is not null)
        {
            return body.Instant(name);
        }

        if (request.Query(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(value);
        }

        request.Errors.Add(name, "couldNotConvert", "An instant is a number of milliseconds.");
        return null;
    }

    /// <summary>Where to start.</summary>
    public int StartRow() => Number("startRow", 0, MaxStart);

    /// <summary>How many to show.</summary>
    public int NumberOfResults() => Number("numberOfResults", 25, MaxResults);

    /// <summary>A number from 0 to a limit.</summary>
    public int Number(string name, int otherwise, int max)
    {
        var number = (body is null ? request.QueryNumber(name) : body.Number(name)) ?? otherwise;
        if (number >= 0 && number <= max)
        {
            return number;
        }

        request.Errors.Add($"{Envelope}.{name}", "invalid", $"From 0 to {max}.");
        return otherwise;
    }

    /// <summary>A list of ids; null if none was given.</summary>
    public IReadOnlyList<Guid>? Ids(string name, int max)
    {
        var texts = body is null ? request.QueryList(name) : body.Texts(name);
        if (texts is null or [])
        {
            return null;
        }

        if (texts.Count > max)
        {
            request.Errors.Add($"{Envelope}.{name}", "tooMany", $"At most {max} ids.");
            return null;
        }

        return ParseIds(texts, $"{Envelope}.{name}", request.Errors);
    }

    /// <summary>Which column to sort by, from <c>orderBy</c>: one of <paramref name="columns"/> and, behind a space, ASC or DESC. The first is the default.</summary>
    public (string Column, bool Descending) OrderBy(params string[] columns)
    {
        var parts = (Text("orderBy") ?? columns[0]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is [var column, .. var direction] && columns.Contains(column, StringComparer.Ordinal)
            && (direction is [] || (direction is [var word] && word.ToUpperInvariant() is "ASC" or "DESC")))
        {
            return (column, direction is [var way] && way.Equals("DESC", StringComparison.OrdinalIgnoreCase));
        }

        request.Errors.Add($"{Envelope}.orderBy", "invalid", "One of " + string.Join(", ", columns) + ", with ASC or DESC behind it.");
        return (columns[0], false);
    }

    /// <summary>The fields to sort people by: <c>sortFields</c> in the body, <c>sortFields[0].name</c> in the address (§6.1).</summary>
    public IReadOnlyList<PeopleOrder> SortFields()
    {
        var orders = new List<PeopleOrder>();
        if (body is not null)
        {
            foreach (var field in body.Sections("sortFields") ?? [])
            {
                Add(field.Text("name"), field.Text("order"));
            }
        }
        else
        {
            for (var index = 0; index < MaxSortFields && request.Query($"sortFields[{index}].name") is { } name; index++)
            {
                Add(name, request.Query($"sortFields[{index}].order"));
            }
        }

        if (orders.Count > MaxSortFields)
        {
            request.Errors.Add($"{Envelope}.sortFields", "tooMany", $"At most {MaxSortFields} fields.");
        }

        return orders;

        void Add(string? name, string? order)
        {
            if (order is not (null or "asc" or "desc"))
            {
                request.Errors.Add($"{Envelope}.sortFields[{orders.Count}].order", "invalid", "Either asc or desc.");
            }

            orders.Add(new PeopleOrder(name ?? string.Empty, order is "desc"));
        }
    }

    /// <summary>Reads ids, noting those that are none.</summary>
    public static List<Guid> ParseIds(IReadOnlyList<string> texts, string field, FieldErrors errors)
    {
        var ids = new List<Guid>(texts.Count);
        for (var index = 0; index < texts.Count; index++)
        {
            if (Guid.TryParseExact(texts[index], "D", out var id))
            {
                ids.Add(id);
            }
            else
            {
                errors.Add($"{field}[{index}]", "couldNotConvert", "An id is a UUID.");
            }
        }

        return ids;
    }
}
