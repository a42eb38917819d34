using System.Text;

namespace IdentityServer.Registrations;

/// <summary>What a query says, as a tree.</summary>
internal abstract record PeopleQuery
{
    /// <summary>Both hold.</summary>
    public sealed record And(PeopleQuery Left, PeopleQuery Right) : PeopleQuery;

    /// <summary>At least one holds.</summary>
    public sealed record Or(PeopleQuery Left, PeopleQuery Right) : PeopleQuery;

    /// <summary>It does not hold.</summary>
    public sealed record Not(PeopleQuery Inner) : PeopleQuery;

    /// <summary>A field, or with null the names and login ids together, is like a pattern.</summary>
    public sealed record Term(string? Field, Pattern Pattern) : PeopleQuery;
}

/// <summary>What a value is compared with: pieces of text with anything between them. <c>*</c> alone has two empty pieces.</summary>
internal sealed record Pattern(IReadOnlyList<string> Pieces)
{
    /// <summary>Whether nothing is left open.</summary>
    public bool IsExact => Pieces.Count == 1;

    /// <summary>Whether it fits everything.</summary>
    public bool IsAnything => !IsExact && Pieces.All(piece => piece.Length == 0);

    /// <summary>The whole text of an exact pattern, and how any other begins.</summary>
    public string Start => Pieces[0];

    /// <summary>Whether it says nothing but how a value begins.</summary>
    public bool IsStart => Pieces is [_, ""];

    /// <summary>The pattern of SQL's LIKE, with <c>\</c> as the escape.</summary>
    public string ToLike(Func<string, string> fold) => string.Join('%', Pieces.Select(piece => Escape(fold(piece))));

    private static string Escape(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}

/// <summary>
/// Reads queries such as <c>email:ada* AND (lastName:"von Neumann" OR NOT registrations.roles:buyer)</c>. Terms side by side must all
/// hold; <c>AND</c> binds more closely than <c>OR</c>; a backslash takes the next character as it is.
/// </summary>
internal ref struct PeopleQueryParser
{
    private const int MaxTerms = 50;
    private const int MaxDepth = 8;
    private const string Ends = " \t\r\n()\"";

    private readonly string text;
    private int position;
    private int terms;
    private int depth;

    private PeopleQueryParser(string text) => this.text = text;

    /// <summary>The query, or null with what is wrong with it.</summary>
    public static PeopleQuery? Parse(string text, out string? problem)
    {
        var parser = new PeopleQueryParser(text);
        try
        {
            var query = parser.ReadOr();
            problem = parser.AtEnd() ? null : "There is a closing parenthesis too many.";
            return problem is null ? query : null;
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    private PeopleQuery ReadOr()
    {
        var left = ReadAnd();
        while (TakeWord("OR"))
        {
            left = new PeopleQuery.Or(left, ReadAnd());
        }

        return left;
    }

    private PeopleQuery ReadAnd()
    {
        var left = ReadNot();
        while (TakeWord("AND") || !(AtEnd() || text[position] == ')' || IsWord("OR")))
        {
            left = new PeopleQuery.And(left, ReadNot());
        }

        return left;
    }

    private PeopleQuery ReadNot() => TakeWord("NOT") ? new PeopleQuery.Not(ReadPart()) : ReadPart();

    private PeopleQuery ReadPart()
    {
        if (AtEnd())
        {
            throw new FormatException("The query ends where a term should follow.");
        }

        if (text[position] != '(')
        {
            return ReadTerm();
        }

        if (++depth > MaxDepth)
        {
            throw new FormatException($"At most {MaxDepth} parentheses may stand in each other.");
        }

        position++;
        var inner = ReadOr();
        if (AtEnd() || text[position] != ')')
        {
            throw new FormatException("A closing parenthesis is missing.");
        }

        position++;
        depth--;
        return inner;
    }

    private PeopleQuery.Term ReadTerm()
    {
        if (++terms > MaxTerms)
        {
            throw new FormatException($"A query has at most {MaxTerms} terms.");
        }

        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '.' or '_'))
        {
            position++;
        }

        if (position > start && position < text.Length && text[position] == ':')
        {
            var field = text[start..position++];
            return new PeopleQuery.Term(field, ReadValue());
        }

        position = start;
        return new PeopleQuery.Term(null, ReadValue());
    }

    private Pattern ReadValue()
    {
        var quoted = position < text.Length && text[position] == '"';
        position += quoted ? 1 : 0;
        var pieces = new List<string>();
        var piece = new StringBuilder();
        var start = position;
        for (; position < text.Length; position++)
        {
            var character = text[position];
            if (quoted ? character == '"' : Ends.Contains(character, StringComparison.Ordinal))
            {
                break;
            }

            if (character == '\\' && position + 1 < text.Length)
            {
                piece.Append(text[++position]);
            }
            else if (character == '*' && !quoted)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
            }
            else
            {
                piece.Append(character);
            }
        }

        if (quoted)
        {
            if (position == text.Length)
            {
                throw new FormatException("A closing quotation mark is missing.");
            }

            position++;
        }
        else if (position == start)
        {
            throw new FormatException("A value is missing.");
        }

        pieces.Add(piece.ToString());
        return new Pattern(pieces);
    }

    private bool AtEnd()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position == text.Length;
    }

    private bool IsWord(string word) =>
        !AtEnd() && string.CompareOrdinal(text, position, word, 0, word.Length) == 0
        && (position + word.Length == text.Length || char.IsWhiteSpace(text[position + word.Length]) || text[position + word.Length] == '(');

    private bool TakeWord(string word)
    {
        var found = IsWord(word);
        position += found ? word.Length : 0;
        return found;
    }
}
